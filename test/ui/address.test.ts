import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, type SearchAddress, searchFor } from '../../ui/src/address.js';

const parse = (url: string) => {
  const { pathname, search } = new URL(url, 'http://server/base/');
  return parseAddress({ pathname, search });
};

const FULL: SearchAddress = {
  page: 'search',
  query: '"golden retriever" | beagle -wolf & ü',
  of: 'models',
  sort: 'SIZE',
  filters: {
    registry: ['hub', ''],
    license: ['MIT'],
    minOutputs: 0,
    maxOutputs: 10,
    minBytes: 5,
    maxBytes: 1e7,
    minConfidence: 0.5,
    name: 'res net',
  },
  shown: 36,
};

describe('an address', () => {
  it('has all that a search shows, and says it again', () => {
    expect(parse(formatAddress(FULL))).toEqual(FULL);
    const withImage = searchFor('', { image: '1-2' });
    expect(parse(formatAddress(withImage))).toEqual(withImage);
  });

  it('is short where all is as usual', () => {
    expect(formatAddress(searchFor(''))).toBe('./');
    expect(formatAddress(searchFor('cat'))).toBe('./?q=cat');
  });

  it('names models and outputs', () => {
    const model = { page: 'model', name: 'a/b c', version: '1', find: 'dog', shown: 12 } as const;
    expect(parse(formatAddress(model))).toEqual(model);
    const byName = { ...model, by: 'NAME' } as const;
    expect(parse(formatAddress(byName))).toEqual(byName);
    expect(parse('model?name=a')).toEqual({ page: 'model', name: 'a', find: '', shown: 12 });
    const output = { page: 'output', of: { id: 'TG9naXQ6MQ==' }, shown: 36 } as const;
    expect(parse(formatAddress(output))).toEqual(output);
    const place = { page: 'output', of: { name: 'a/b c', version: '1', index: 0 }, shown: 12 } as const;
    expect(formatAddress(place)).toBe('./output?name=a%2Fb+c&version=1&output=0');
    expect(parse(formatAddress(place))).toEqual(place);
    for (const wrong of [
      'output?name=a',
      'output?output=1',
      'output?name=a&output=-1',
      'output?name=a&output=x',
    ])
      expect(parse(wrong)).toEqual({ page: 'unknown' });
    const reached = { ...output, query: 'dog -cat' };
    expect(parse(formatAddress(reached))).toEqual(reached);
  });

  it('names the part of the queue', () => {
    const queue = { page: 'queue', shows: 'FAILED', shown: 36 } as const;
    expect(parse(formatAddress(queue))).toEqual(queue);
    expect(parse('queue?shows=SOME')).toEqual({ page: 'queue', shows: 'ALL', shown: 12 });
  });

  it('names the pages of administrators', () => {
    const registries = { page: 'registries', shown: 36 } as const;
    expect(parse(formatAddress(registries))).toEqual(registries);
    const audit = { action: 'KEY_CREATED', actor: 'key:a', since: '2026-01-31', until: '2026-02-01' };
    const admin = { page: 'admin', part: 'AUDIT', audit, shown: 36 } as const;
    expect(parse(formatAddress(admin))).toEqual(admin);
    expect(parse('admin?part=x&action=%3Cb%3E&since=yesterday&until=2026-99-99')).toEqual({
      page: 'admin',
      part: 'KEYS',
      audit: {},
      shown: 12,
    });
  });

  it('names the output that is named', () => {
    const naming = { page: 'name', name: 'a', version: '1', shows: 'ALL', at: 0, shown: 12 } as const;
    expect(parse(formatAddress(naming))).toEqual(naming);
    expect(parse('name?name=a&at=-1&shows=x')).toEqual({
      page: 'name',
      name: 'a',
      shows: 'UNLABELED',
      shown: 12,
    });
    expect(parse('name')).toEqual({ page: 'unknown' });
  });

  it.each([
    ['?of=planets&sort=WORST&shown=-3', searchFor('')],
    ['?shown=1e9', searchFor('', { shown: 600 })],
    ['?minConfidence=7&minOutputs=many&maxOutputs=-1', searchFor('')],
    ['?minOutputs=1e300&maxOutputs=1.5&minBytes=-1', searchFor('')],
    ['?q=c%00at&name=%00', searchFor('cat')],
    ['?minConfidence=0', searchFor('', { filters: { registry: [], license: [], minConfidence: 0 } })],
  ])('leaves out what is wrong: %s', (url, expected) => {
    expect(parse(url)).toEqual(expected);
  });

  it('leads nowhere without a name, or elsewhere', () => {
    for (const url of ['model', 'output', 'graphql', 'model/x'])
      expect(parse(url)).toEqual({ page: 'unknown' });
  });
});
