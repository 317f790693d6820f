import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { DEMO } from '../fixtures/demo-service.js';
import { FLOAT, floats, model, node, value } from '../probing/support/encode-onnx.js';
import { meanColor, meanColorGraph } from '../probing/support/made-models.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { openSmallService } from './support/small-service.js';

const CHILD = fileURLToPath(new URL('support/ingest-each.mjs', import.meta.url));
const compiled = (path: string) => new URL(`../../dist/src/${path}`, import.meta.url).href;
/** Above the database's own files, which are 16 MiB. */
const LIMIT_KIB = 20 * 1024;
const PROBES = 100;

/** A model file of 24 MB. */
function heavy(): Uint8Array {
  const plain = meanColorGraph({});
  const ballast = floats('ballast', [6_000_000], Array(6_000_000).fill(0));
  return model({ ...plain, initializers: [...(plain.initializers ?? []), ballast] });
}

/** Answers to 100 probes of which take 24 MB. */
function wide(): Uint8Array {
  const outputs = 60_000;
  const weights = floats(
    'wide',
    [4, outputs],
    Array.from({ length: 4 * outputs }, (_, i) => (i % 7) - 3),
  );
  return meanColor({
    tail: {
      nodes: [node('MatMul', ['logits', 'wide'], ['answer'])],
      outputs: [value('answer', FLOAT, ['N', outputs])],
      initializers: [weights],
    },
  });
}

async function saved(folder: string, models: Record<string, Uint8Array>): Promise<string[]> {
  const paths = Object.entries(models).map(([name, bytes]) => ({ path: join(folder, name), bytes }));
  for (const { path, bytes } of paths) await writeFile(path, bytes);
  return paths.map(({ path }) => path);
}

/** A limit on the size of a file is the full disk that needs no privileges: the same call fails in the same place. */
it('a disk full during fetching, then during storing: STORAGE_FULL, no leftovers, and the next ingest succeeds', async () => {
  const folder = await temporaryFolder();
  const dataFolder = join(folder, 'data');
  await (await openSmallService({ dataFolder, probes: PROBES, work: false })).close();
  const models = await saved(folder, { heavy: heavy(), wide: wide(), good: meanColor() });
  const limited = `ulimit -f ${LIMIT_KIB}; trap '' XFSZ; exec "$@"`;
  const child = [process.execPath, CHILD, compiled('app/index.js'), compiled('config/index.js')];
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    limited,
    'bash',
    ...child,
    dataFolder,
    join(DEMO, 'encoder'),
    ...models,
  ]);
  expect(JSON.parse(stdout)).toEqual([
    ['FAILED', 'STORAGE_FULL'],
    ['FAILED', 'STORAGE_FULL'],
    ['SUCCEEDED', null],
  ]);
  expect(await readdir(join(dataFolder, 'ingests'))).toEqual([]);
  const left = await readdir(join(dataFolder, 'blobs'));
  expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
});
