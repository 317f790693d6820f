import { describe, expect, it } from 'vitest';
import { standard } from '../../../src/registries/standard/index.js';

const DATA = { name: 'birds', version: '2', url: 'https://models.example.org/birds.onnx' };
const DIGEST = 'ab'.repeat(32);

function changeOf(event: object) {
  return standard.toModelChange(standard.parse(Buffer.from(JSON.stringify(event))), { deliveryId: 'd' });
}

describe('events of any other registry', () => {
  it('register a version with what they tell of it', () => {
    const data = { ...DATA, sha256: DIGEST.toUpperCase(), labels: ['crow', 'owl'], more: {} };
    const event = { type: 'model.version.created', timestamp: '2026-01-02T03:04:05Z', data };
    expect(changeOf(event)).toEqual({
      id: 'd',
      event: 'model.version.created',
      occurredAt: new Date('2026-01-02T03:04:05Z'),
      change: {
        kind: 'REGISTER',
        name: 'birds',
        version: '2',
        source: DATA.url,
        sha256: DIGEST,
        labels: ['crow', 'owl'],
        updated: false,
      },
    });
  });

  it('register it again when it was updated, and remove it', () => {
    expect(changeOf({ type: 'model.version.updated', data: DATA }).change).toMatchObject({
      kind: 'REGISTER',
      updated: true,
    });
    expect(changeOf({ type: 'model.version.deleted', data: { name: 'birds', version: '2' } }).change).toEqual(
      {
        kind: 'REMOVE',
        name: 'birds',
        version: '2',
      },
    );
  });

  it('may be CloudEvents', () => {
    const event = {
      specversion: '1.0',
      id: 'e-1',
      source: '/registry',
      type: 'org.example.model.version.created',
      time: '2026-01-02T03:04:05Z',
      datacontenttype: 'application/json',
      data: DATA,
    };
    expect(changeOf(event)).toMatchObject({
      id: 'd',
      occurredAt: new Date('2026-01-02T03:04:05Z'),
      change: { kind: 'REGISTER', name: 'birds' },
    });
  });

  it.each(['dataset.version.created', 'supermodel.version.created', 'model.version.sung'])(
    'of type %s are ignored, whatever they hold',
    (type) => {
      expect(changeOf({ type, data: 17 }).change.kind).toBe('IGNORE');
    },
  );

  it.each([
    ['a file URL', { url: 'file:///etc/passwd' }],
    ['another scheme', { url: 'ftp://models.example.org/m.onnx' }],
    ['credentials in the URL', { url: 'https://user:pass@models.example.org/m.onnx' }],
    ['no URL', { url: undefined }],
    ['a relative URL', { url: '/m.onnx' }],
    ['an endless URL', { url: `https://e.org/${'x'.repeat(4_096)}` }],
    ['half a digest', { sha256: 'ab' }],
    ['labels that are no texts', { labels: [1] }],
    ['a label with a zero character', { labels: ['a\u0000'] }],
    ['an empty name', { name: '' }],
    ['an endless version', { version: 'x'.repeat(301) }],
  ])('with %s are refused', (_what, changes) => {
    expect(() => changeOf({ type: 'model.version.created', data: { ...DATA, ...changes } })).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_INVALID', message: expect.stringContaining("'s data.") }),
    );
  });

  it('cannot reach a prototype', () => {
    const body = `{"type": "model.version.created", "data": {"__proto__": ${JSON.stringify(DATA)}}}`;
    expect(() => standard.parse(Buffer.from(body))).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_INVALID' }),
    );
  });
});
