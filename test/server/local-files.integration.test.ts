import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { meanColor } from '../probing/support/made-models.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';

const INGEST = 'mutation M($input: IngestModelInput!) { ingestModel(input: $input) { id } }';

let small: SmallServer;
let there: string;
let missing: string;
beforeAll(async () => {
  small = await openSmallServer();
  there = join(small.small.folder, 'there.onnx');
  missing = join(small.small.folder, 'missing.onnx');
  await writeFile(there, meanColor());
});
afterAll(() => small.close());

const naming = (source: string, name: string) => ({ input: { name, version: '1', source } });

it('on a loopback address only this machine’s own user names any file, and a key those in listed folders', async () => {
  expect((await small.ask(INGEST, naming(there, 'own'))).errors).toBeUndefined();

  const key = await small.key(['INGEST']);
  const refusals = [
    await small.ask(INGEST, naming(there, 'probing'), key),
    await small.ask(INGEST, naming(missing, 'probing'), key),
  ];
  expect(refusals.map(({ errors }) => errors?.[0].extensions.code)).toEqual([
    'SOURCE_FORBIDDEN',
    'SOURCE_FORBIDDEN',
  ]);
  expect(refusals[0].text).toBe(refusals[1].text);
});
