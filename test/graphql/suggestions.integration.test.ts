import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.js';
import { openSmallServer, type SmallServer } from '../server/support/small-server.js';

const LONG = `golden ${'x'.repeat(300)}`;

let small: SmallServer;
let keys: { outsider: string; insider: string };
beforeAll(async () => {
  small = await openSmallServer();
  await small.model('one', { labels: ['Golden Retriever', 'golden gate', '50%_off', LONG] });
  await small.model('two', { labels: ['golden retriever', 'gorilla', 'Goldfish', 'Äpfel'] });
  await small.model('three', {
    labels: ['golden secret', 'Goldfish', 'gold', 'golf ball'],
    visibility: 'team-a',
  });
  keys = { outsider: await small.key(['READ']), insider: await small.key(['READ'], { labels: ['team-a'] }) };
});
afterAll(() => small.close());

const suggested = async (prefix: string, first = 100, key = keys.outsider) => {
  const query =
    'query Q($prefix: String!, $first: Int!) { suggestions(prefix: $prefix, first: $first) { text kind } }';
  return (await small.ask(query, { prefix, first }, key)).data.suggestions as {
    text: string;
    kind: string;
  }[];
};
const labels = async (prefix: string, key?: string) =>
  (await suggested(prefix, 100, key)).filter(({ kind }) => kind === 'LABEL').map(({ text }) => text);

describe('suggestions', () => {
  it('are labels with the prefix in any case, each once, and then words of the vocabulary', async () => {
    const found = await suggested('GOLD');
    expect(found.slice(0, 3)).toEqual([
      { text: 'golden gate', kind: 'LABEL' },
      { text: 'Golden Retriever', kind: 'LABEL' },
      { text: 'Goldfish', kind: 'LABEL' },
    ]);
    const words = found.slice(3);
    expect(words.length).toBeGreaterThan(0);
    for (const { text, kind } of words) expect([text.slice(0, 4), kind]).toEqual(['gold', 'VOCABULARY']);
    const texts = found.map(({ text }) => text.toLowerCase());
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('are labels of models that the caller sees', async () => {
    expect(await labels('golden s')).toEqual([]);
    expect(await labels('golden s', keys.insider)).toEqual(['golden secret']);
    expect(await labels('golf')).toEqual([]);
  });

  it('are as many as wanted', async () => {
    expect(await suggested('go', 2)).toHaveLength(2);
    expect(await suggested('go', 0)).toEqual([]);
    const client = createClient({ url: small.server.url, key: keys.outsider });
    expect(await client.suggestions('gori', { first: 1 })).toEqual([{ text: 'gorilla', kind: 'LABEL' }]);
  });

  it('take every character as it is', async () => {
    expect(await labels('50%')).toEqual(['50%_off']);
    expect(await labels('5%')).toEqual([]);
    expect(await labels('_')).toEqual([]);
    expect(await labels('Äp')).toEqual(['Äpfel']);
    expect(await labels("' OR 1=1 --")).toEqual([]);
  });

  it('are none for a blank or an endless prefix, and no label too long to search for', async () => {
    expect(await suggested('  ')).toEqual([]);
    expect(await suggested(LONG)).toEqual([]);
    expect(await labels('golden x')).toEqual([]);
  });
});
