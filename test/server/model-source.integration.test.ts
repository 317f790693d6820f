import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSmallServer, type SmallServer } from './support/small-server.js';

let small: SmallServer;
let keys: Record<'reader' | 'ingester' | 'admin', string>;
beforeAll(async () => {
  small = await openSmallServer();
  await small.model('one');
  keys = {
    reader: await small.key(['READ']),
    ingester: await small.key(['READ', 'INGEST']),
    admin: await small.key(['ADMIN']),
  };
});
afterAll(() => small.close());

const sourceFor = async (key: string): Promise<string> => {
  const { data } = await small.ask('{ models { edges { node { source } } } }', {}, key);
  return data.models.edges[0].node.source;
};

it('the folder of a model file is for callers who may name files', async () => {
  const path = await sourceFor(keys.admin);
  expect(path).toMatch(/^\/.+\/[^/]+\.onnx$/);
  expect(await sourceFor(keys.ingester)).toBe(path);
  expect(await sourceFor(keys.reader)).toBe(path.split('/').at(-1));
});
