import { readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseNpyHeader } from '../../src/domain/index.js';
import { openStore } from '../../src/store/index.js';
import { npyFile } from '../ingest/support/array-files.js';
import { location } from '../store/backup/archives.js';
import { folderOfImages } from './probe-images.js';
import { runProbelog, startProbelog } from './run-probelog.js';

const IMAGES = 30;
/** A hostile name: it must not become a path. */
const PARTIAL = '../partial/..';
let folder: string;
const probelog = (data: string, ...args: string[]) =>
  runProbelog(args, { dataFolder: folder, environment: { PROBELOG_DATA: data } });

const rows = (scale: number) =>
  [0, 1, 2].map((c) => Array.from({ length: IMAGES }, (_, p) => scale * Math.sin(c * 12.9 + p * 7.3)));

function softmax(logits: number[][]): number[][] {
  const sums = logits[0].map((_, p) => logits.reduce((sum, row) => sum + Math.exp(row[p]), 0));
  return logits.map((row) => row.map((value, p) => Math.exp(value) / sums[p]));
}

beforeAll(async () => {
  folder = await folderOfImages(IMAGES);
  await probelog('first', 'probes', 'create', 'mine', 'images');
  await writeFile(join(folder, 'labels.json'), JSON.stringify(['cat', 'dog', 'cow']));
  await writeFile(join(folder, 'logits.npy'), npyFile(rows(1)));
  await writeFile(join(folder, 'probabilities.npy'), npyFile(softmax(rows(9))));
  const partial = rows(100_000).map((row) => row.map((value, p) => (p % 3 === 0 ? Number.NaN : value)));
  await writeFile(join(folder, 'partial.npy'), npyFile(partial));
  await probelog('first', 'upload', 'whole@2', 'logits.npy', '--labels', 'labels.json', '--registry', 'hub');
  await probelog('first', 'upload', 'softmax', 'probabilities.npy', '--kind', 'probabilities');
  await probelog('first', 'upload', `${PARTIAL}@1`, 'partial.npy');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const lines = async (...path: string[]) =>
  (await readFile(join(folder, ...path), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** The digest of the stored responses of each model, by name: equal ones have equal descriptors. */
async function stored(data: string): Promise<Map<string, string | null>> {
  const store = await openStore(location(join(folder, data)));
  const models = await store.models.page({ first: 10 });
  await store.close();
  return new Map(models.map(({ name, responsesDigest }) => [name, responsesDigest]));
}

it.each(['npy', 'safetensors'])(
  'writes %s that can be uploaded again, to the same descriptors',
  async (format) => {
    const { code, stdout } = await probelog('first', 'export', '--out', format, '--format', format, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { folder: format, probeSet: 'mine', models: 3, logits: 9 },
    ]);
    const models = await lines(format, 'models.jsonl');
    const { digest } = JSON.parse(await readFile(join(folder, format, 'probe-set.json'), 'utf8'));
    const again = `again-${format}`;
    await probelog(again, 'probes', 'create', 'mine', 'images');
    for (const { name, version, files, responseKind, probeSet } of models) {
      expect(probeSet).toBe(digest);
      const kind = responseKind === 'LOGITS' ? 'logits' : 'log_probabilities';
      const file = join(format, files[0]);
      const flags = ['--digest', digest, '--kind', kind];
      const uploaded = await probelog(again, 'upload', `${name}@${version}`, file, ...flags);
      expect([uploaded.code, uploaded.stderr]).toEqual([0, '']);
    }
    expect(await stored(again)).toEqual(await stored('first'));
  },
);

it('says of each model and logit what is known, and which probes were run', async () => {
  await probelog('first', 'export', '--out', 'facts');
  const models = await lines('facts', 'models.jsonl');
  const partial = models.find(({ name }) => name === PARTIAL);
  expect(partial).toMatchObject({ version: '1', outputs: 3, labels: null, coverage: 20 / 30 });
  expect(partial.notes).toContainEqual({
    code: 'RESPONSES_SCALED',
    message: expect.stringContaining('stored times 2^-6'),
  });
  expect(partial.files).toEqual([`responses/${partial.id}.npy`, `responses/${partial.id}.ran.npy`]);
  const [values, ran] = await Promise.all(
    partial.files.map((name: string) => readFile(join(folder, 'facts', name))),
  );
  expect(parseNpyHeader(values)).toMatchObject({ dtype: '<f4', shape: [3, IMAGES] });
  expect(parseNpyHeader(ran)).toMatchObject({ dtype: '|b1', shape: [IMAGES] });
  const flags = [...ran.subarray(-IMAGES)];
  expect(flags).toEqual(Array.from({ length: IMAGES }, (_, p) => (p % 3 === 0 ? 0 : 1)));
  const numbers = new Float32Array(Uint8Array.from(values.subarray(-4 * 3 * IMAGES)).buffer);
  const missing = Array.from(numbers, (value) => (Number.isNaN(value) ? 0 : 1));
  expect(missing).toEqual([...flags, ...flags, ...flags]);

  const logits = await lines('facts', 'logits.jsonl');
  expect(logits).toHaveLength(9);
  const dog = logits.find(({ label }) => label === 'dog');
  expect(dog).toEqual({
    model: models.find(({ name }) => name === 'whole').id,
    name: 'whole',
    version: '2',
    index: 1,
    label: 'dog',
    status: 'SEARCHABLE',
    coverage: 1,
    completionError: null,
  });
  const probeSet = JSON.parse(await readFile(join(folder, 'facts', 'probe-set.json'), 'utf8'));
  expect(probeSet).toMatchObject({ name: 'mine', size: IMAGES });
  expect(probeSet.probes.map(({ position }: { position: number }) => position)).toEqual([
    ...Array(IMAGES).keys(),
  ]);
});

it('takes the filters of a search', async () => {
  await probelog('first', 'export', '--out', 'hub', '--registry', 'hub');
  expect((await lines('hub', 'models.jsonl')).map(({ name }) => name)).toEqual(['whole']);
  await probelog('first', 'export', '--out', 'some', '--exclude-models', 'whole', 'softmax');
  expect((await lines('some', 'models.jsonl')).map(({ name }) => name)).toEqual([PARTIAL]);
  const { code, stderr } = await probelog('first', 'export', '--out', 'none', '--models', 'absent');
  expect([code, stderr]).toEqual([1, expect.stringContaining('NOT_FOUND')]);
  expect((await readdir(folder)).filter((name) => name.startsWith('none'))).toEqual([]);
});

it('refuses a folder that has something, and a format that is none', async () => {
  const taken = await probelog('first', 'export', '--out', 'images');
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('Name a new or empty folder')]);
  const odd = await probelog('first', 'export', '--out', 'odd', '--format', 'csv');
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('npy, safetensors')]);
});

/** Presses Ctrl-C as soon as there is something half-written; the export may be done before it hears. */
async function interruptedExport() {
  const seen = watch(folder);
  const { child, ended } = startProbelog(['export', '--out', 'cut'], {
    dataFolder: folder,
    environment: { PROBELOG_DATA: 'first' },
  });
  for await (const { filename } of seen) if (filename?.endsWith('.part')) break;
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGCONT'] as const) child.kill(signal);
  return ended;
}

it('Ctrl-C leaves nothing behind', async () => {
  let cut = await interruptedExport();
  while (cut.code === 0) {
    await rm(join(folder, 'cut'), { recursive: true });
    cut = await interruptedExport();
  }
  expect(cut).toMatchObject({ code: 130, stdout: '' });
  expect((await readdir(folder)).filter((name) => name.startsWith('cut'))).toEqual([]);
});
