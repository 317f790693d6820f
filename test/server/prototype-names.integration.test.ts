import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askBySocket } from './support/ask-by-socket.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';

const MUTATION = `mutation M($input: IngestModelInput!) { ingestModel(input: $input) { model { name } } }`;
/** As text: written as an object, `__proto__` would be its prototype. */
const POLLUTING = ['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'];

let small: SmallServer;
beforeAll(async () => {
  small = await openSmallServer();
});
afterAll(() => small.close());
afterEach(() => {
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(([] as { polluted?: boolean }[] & { polluted?: boolean }).polluted).toBeUndefined();
});

const inputWith = (polluting: string) =>
  `{"name":"p","version":"1","source":"https://example.invalid/x.onnx","preprocessing":${polluting}}`;

describe('names of prototypes change nothing', () => {
  it.each([
    (polluting: string) => polluting,
    (polluting: string) => `{"query":"{ __typename }","variables":${polluting}}`,
    (polluting: string) => `{"query":"{ __typename }","extensions":{"persistedQuery":${polluting}}}`,
    (polluting: string) => `{"query":"${MUTATION}","variables":{"input":${polluting}}}`,
    (polluting: string) => `{"query":"${MUTATION}","variables":{"input":${inputWith(polluting)}}}`,
  ])('in a body, wherever they stand (%#)', async (bodyOf) => {
    for (const polluting of POLLUTING) {
      const response = await fetch(`${small.server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: bodyOf(polluting),
      });
      expect(response.status).toBeLessThan(500);
      const text = await response.text();
      expect(text).not.toContain('INTERNAL');
      if (polluting.includes('__proto__')) expect([response.status, text]).toEqual([400, expect.any(String)]);
    }
  });

  it('in a message on a WebSocket', async () => {
    for (const polluting of POLLUTING) {
      const variables = { input: JSON.parse(inputWith(polluting)) };
      const answer = await askBySocket(small.server.url, MUTATION, { variables }).catch((thrown) => thrown);
      expect(JSON.stringify(answer)).not.toContain('INTERNAL');
    }
  });

  it('in the text of an operation', async () => {
    for (const literal of [
      '{ __proto__: { polluted: true } }',
      '{ constructor: { prototype: { polluted: true } } }',
    ]) {
      const { status, text } = await small.ask(
        `mutation { ingestModel(input: { name: "q", version: "1", source: "https://example.invalid/x.onnx",
          preprocessing: ${literal} }) { id } }`,
      );
      expect(status).toBeLessThan(500);
      expect(text).not.toContain('INTERNAL');
    }
  });

  it('in a query of an address', async () => {
    const answers = await Promise.all(
      ['__proto__[polluted]=1', 'constructor.prototype.polluted=1', '__proto__=1'].map((query) =>
        fetch(`${small.server.url}/probe-sets/gradients/kit.tar?${query}`, { method: 'HEAD' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
