import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { meanColor } from '../probing/support/made-models.js';
import { folderOfImages } from './probe-images.js';
import { type Ended, runProbelog } from './run-probelog.js';

const IMAGES = 30;
let folder: string;
const probelog = (...args: string[]): Promise<Ended> => runProbelog(args, { dataFolder: folder });
const jsonOf = async (...args: string[]) => {
  const { code, stdout, stderr } = await probelog(...args, '--json');
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/^[A-Z_]+: /m)]);
  return JSON.parse(stdout);
};

/** Each test goes on from what is there. */
beforeAll(async () => {
  folder = await folderOfImages(IMAGES);
  await takeDatabase(join(folder, 'data'));
  await probelog('probes', 'create', 'mine', 'images');
  for (const name of ['a', 'b', 'c']) await writeFile(join(folder, `${name}.onnx`), meanColor());
  await writeFile(join(folder, 'colors.json'), JSON.stringify(['red', 'green', 'blue', 'gray']));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('ingest --dry-run says what would be assumed or refused, and registers nothing', async () => {
  await writeFile(join(folder, 'words.onnx'), 'words');
  const { code, stdout, stderr } = await probelog('ingest', 'a.onnx', 'words.onnx', '--dry-run', '--json');
  expect([code, stderr]).toEqual([1, '']);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({
      name: 'a',
      logits: 4,
      code: null,
      preprocessing: expect.objectContaining({ width: expect.any(Number) }),
      notes: expect.arrayContaining([expect.objectContaining({ code: 'PREPROCESSING_ASSUMED' })]),
    }),
    expect.objectContaining({ name: 'words', logits: null, code: 'MODEL_NOT_ONNX' }),
  ]);
  const shown = await probelog('ingest', 'a.onnx', '--dry-run');
  expect(shown.stderr).toMatch(/^a 1: note: PREPROCESSING_ASSUMED: /m);
  expect(await jsonOf('models')).toEqual([]);
});

it('ingest takes several files', async () => {
  const outcomes = await jsonOf('ingest', 'a.onnx', 'b.onnx', 'c.onnx');
  expect(outcomes).toEqual(
    ['a', 'b', 'c'].map((name) => expect.objectContaining({ name, version: '1', state: 'SUCCEEDED' })),
  );
});

it('models show has all facts and the notes', async () => {
  expect(await jsonOf('models', 'show', 'a')).toMatchObject({
    name: 'a',
    status: 'READY',
    outputs: 4,
    probeSet: { name: 'mine', size: IMAGES },
    codedNotes: expect.arrayContaining([expect.objectContaining({ code: 'PREPROCESSING_ASSUMED' })]),
  });
  const { stdout } = await probelog('models', 'show', 'a');
  expect(stdout).toMatch(/^status +READY$/m);
  expect(stdout).toMatch(/^note 1 +PREPROCESSING_ASSUMED: /m);
});

it('labels are set from a file, listed and removed', async () => {
  const listed = async () =>
    (await jsonOf('labels', 'get', 'a')).map(({ label }: { label: string | null }) => label);
  expect(await listed()).toEqual([null, null, null, null]);
  expect(await jsonOf('labels', 'set', 'a', 'colors.json')).toEqual({ name: 'a', version: '1', labels: 4 });
  expect(await listed()).toEqual(['red', 'green', 'blue', 'gray']);
  await jsonOf('labels', 'set', 'a', '--none');
  expect(await listed()).toEqual([null, null, null, null]);
  expect((await probelog('labels', 'set', 'a')).code).toBe(2);
});

it('probes show lists the images', async () => {
  const probes = await jsonOf('probes', 'show', 'mine');
  expect(probes).toHaveLength(IMAGES);
  expect(probes[0]).toMatchObject({ position: 0, url: null });
});

describe('evidence', () => {
  it('lists the probes with the highest and the lowest responses', async () => {
    const [highest] = await jsonOf('evidence', 'a#0', '--first', '3');
    const [lowest] = await jsonOf('evidence', 'a#0', '--first', '3', '--lowest');
    expect(highest.response).toBeGreaterThan(lowest.response);
  });

  it('writes the images to a folder', async () => {
    const rows = await jsonOf('evidence', 'a#0', '--first', '3', '--to', 'seen');
    expect((await readdir(join(folder, 'seen'))).sort()).toEqual(
      rows.map((row: { position: number }, i: number) => `${i + 1}-probe-${row.position}.jpg`),
    );
    const { format } = await sharp(
      await readFile(join(folder, 'seen', `1-probe-${rows[0].position}.jpg`)),
    ).metadata();
    expect(format).toBe('jpeg');
  });
});

it('cancel refuses an ingest that has ended, and finds it by its model', async () => {
  const { code, stderr } = await probelog('cancel', 'a');
  expect([code, stderr]).toEqual([1, expect.stringContaining('it has ended: SUCCEEDED')]);
  expect((await probelog('cancel', 'nothing')).stderr).toContain('NOT_FOUND');
});

describe('rm', () => {
  it('removes nothing when one name is wrong, or without a terminal to ask on', async () => {
    expect((await probelog('rm', 'a', 'misspelled', '--yes')).stderr).toContain('NOT_FOUND');
    const { code, stderr } = await probelog('rm', 'a');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(await jsonOf('models')).toHaveLength(3);
  });

  it('removes models with their logits', async () => {
    expect(await jsonOf('rm', 'a', 'b@1', '--yes')).toEqual([
      { name: 'a', version: '1', logits: 4, removed: true },
      { name: 'b', version: '1', logits: 4, removed: true },
    ]);
    expect((await jsonOf('models')).map(({ name }: { name: string }) => name)).toEqual(['c']);
  });
});

it('a misspelled data folder is not taken for an empty registry in silence', async () => {
  const elsewhere = { dataFolder: join(folder, 'misspelled') };
  await mkdir(elsewhere.dataFolder);
  const first = await runProbelog(['models', '--json'], elsewhere);
  expect(JSON.parse(first.stdout)).toEqual([]);
  expect(first.stderr).toMatch(/The data folder \S+misspelled\S* is new and empty\./);
  expect((await runProbelog(['models'], elsewhere)).stderr).toBe('');
});
