import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO } from '../fixtures/demo-service.js';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { meanColor } from '../probing/support/made-models.js';
import { type Ended, runProbelog } from './run-probelog.js';

const LABELS = ['red & blue', '<b>', 'c', 'd'];
let folder: string;
const probelog = (...args: string[]): Promise<Ended> => runProbelog(args, { dataFolder: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  await takeDatabase(join(folder, 'data'));
  const names = (await readdir(join(DEMO, 'probes'))).slice(0, 24);
  for (const name of names) await cp(join(DEMO, 'probes', name), join(folder, 'images', name));
  for (const name of names.slice(12)) await cp(join(DEMO, 'probes', name), join(folder, 'others', name));
  await mkdir(join(folder, 'models'));
  await writeFile(join(folder, 'models', 'color.onnx'), meanColor());
  await writeFile(join(folder, 'models', 'labels.json'), JSON.stringify(LABELS));
  const file = 'color.onnx';
  const manifest = [
    { name: 'one', file, labels: 'labels.json' },
    { name: 'two', file, version: '1' },
    { name: 'two', file, version: '2@beta' },
  ];
  await writeFile(join(folder, 'models', 'manifest.json'), JSON.stringify(manifest));
  for (const args of [
    ['probes', 'create', 'images', 'images'],
    ['probes', 'create', 'others', 'others'],
    ['ingest', 'models'],
    ['ingest', 'models/color.onnx', '--name', 'elsewhere', '--probe-set', 'others'],
  ]) {
    const { code, stderr } = await probelog(...args);
    expect(code, stderr).toBe(0);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const similarity = (first: string, second: string, ...rest: string[]) =>
  probelog('eval', 'similarity', '--model', first, '--model', second, '--out', 'matrix.svg', ...rest);

describe('probelog eval similarity', () => {
  it('draws the matrix of two models, and writes its numbers', async () => {
    const { code, stdout, stderr } = await similarity('one', 'two@2@beta', '--json', 'matrix.json');
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('matrix.svg: 4 × 4 logits\n');
    const svg = await readFile(join(folder, 'matrix.svg'), 'utf8');
    expect((await sharp(Buffer.from(svg)).metadata()).format).toBe('svg');
    for (const text of [
      'red &amp; blue',
      '&lt;b&gt;',
      'output 3',
      'one 1',
      'two 2@beta',
      '24 probes of images',
    ])
      expect(svg).toContain(text);
    const data = JSON.parse(await readFile(join(folder, 'matrix.json'), 'utf8'));
    expect(data).toMatchObject({
      probeSet: 'images',
      rows: { model: 'one', version: '1' },
      columns: { model: 'two', version: '2@beta' },
    });
    expect(data.rows.logits[1]).toEqual({ index: 1, label: '<b>', status: 'SEARCHABLE' });
    // The same network twice.
    for (let row = 0; row < 4; row++) expect(data.values[row][row]).toBeCloseTo(1, 5);
  });

  it('checks a given probe set', async () => {
    expect((await similarity('one', 'one', '--probe-set', 'images')).code).toBe(0);
    const other = await similarity('one', 'one', '--probe-set', 'others');
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/^INPUT_INVALID.*one 1.*"others"/)]);
    const none = await similarity('one', 'one', '--probe-set', 'none');
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/^PROBE_SET_UNKNOWN/)]);
  });

  it.each([
    [['one', 'missing'], 1, /^NOT_FOUND.*"missing"/],
    [['one', 'two'], 2, /^INPUT_INVALID.*2 versions .*2@beta.*two@/],
    [['one', 'elsewhere'], 2, /^INPUT_INVALID.*"images".*"others"/],
    [['one', 'one', '--model', 'one'], 2, /^INPUT_INVALID.*3 times/],
    [['one', 'one', '--out', 'nowhere/matrix.svg'], 2, /^INPUT_INVALID.*nowhere/],
  ])('%j: %i, %s', async ([first, second, ...rest], wanted, message) => {
    const { code, stderr } = await similarity(first, second, ...rest);
    expect([code, stderr]).toEqual([wanted, expect.stringMatching(message)]);
  });

  it.each([
    [['--out', 'matrix.svg']],
    [['--model', 'one', '--out', 'matrix.svg']],
    [['--model', 'one', '--model', 'one']],
  ])('needs two models and a file: %j', async (args) => {
    expect((await probelog('eval', 'similarity', ...args)).code).toBe(2);
  });
});
