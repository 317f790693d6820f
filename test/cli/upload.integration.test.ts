import { access, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { list } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { npyFile } from '../ingest/support/array-files.js';
import { folderOfImages } from './probe-images.js';
import { type Ended, runProbelog } from './run-probelog.js';

const IMAGES = 30;
let folder: string;
const probelog = (...args: string[]): Promise<Ended> => runProbelog(args, { dataFolder: folder });

/** The commands share one data folder, as on a user's machine: each test goes on from what is there. */
beforeAll(async () => {
  folder = await folderOfImages(IMAGES);
  await takeDatabase(join(folder, 'data'));
  await probelog('probes', 'create', 'mine', 'images');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('probelog kit', () => {
  it('writes the probe set to a file', async () => {
    const { code, stdout } = await probelog('kit', 'mine', '--out', 'kit.tar', '--json');
    expect(code).toBe(0);
    const paths: string[] = [];
    await list({ file: join(folder, 'kit.tar'), onReadEntry: ({ path }) => paths.push(path) });
    expect(paths).toHaveLength(IMAGES + 3);
    expect(JSON.parse(stdout)).toMatchObject({ file: 'kit.tar', probeSet: 'mine', images: IMAGES });
    expect((await stat(join(folder, 'kit.tar'))).mode & 0o777).toBe(0o600);
  });

  it('says that there is no such probe set', async () => {
    const { code, stderr } = await probelog('kit', 'other', '--out', 'other.tar');
    expect([code, stderr]).toEqual([1, expect.stringContaining('PROBE_SET_UNKNOWN')]);
    await expect(access(join(folder, 'other.tar'))).rejects.toThrow();
  });
});

describe('probelog upload', () => {
  const rows = [0, 1, 2].map((c) => Array.from({ length: IMAGES }, (_, p) => Math.sin(c * 12.9 + p * 7.3)));

  it('registers a model that is not known, and makes it searchable', async () => {
    await writeFile(join(folder, 'responses.npy'), npyFile(rows));
    await writeFile(join(folder, 'labels.json'), JSON.stringify(['cat', 'dog', 'cow']));
    const { code, stdout } = await probelog(
      'upload',
      'mine@2',
      'responses.npy',
      '--labels',
      'labels.json',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'mine',
      version: '2',
      outputs: 3,
      probes: IMAGES,
      coverage: 1,
      changed: true,
    });
    const found = JSON.parse((await probelog('search', 'dog', '--json')).stdout);
    expect(found.map(({ label }: { label: string }) => label).sort()).toEqual(['cat', 'cow', 'dog']);
  });

  it('uploads to a model that is known, by its name, and sees that nothing changed', async () => {
    const { code, stdout } = await probelog('upload', 'mine', 'responses.npy');
    expect([code, stdout]).toEqual([0, 'mine@2: 3 outputs, 30 of 30 probes; nothing changed\n']);
  });

  it('says what is wrong, and leaves the model waiting', async () => {
    await writeFile(join(folder, 'short.npy'), npyFile(rows.map((row) => row.slice(1))));
    const short = await probelog('upload', 'short', 'short.npy');
    expect([short.code, short.stderr]).toEqual([1, expect.stringContaining('RESPONSES_SHAPE_MISMATCH')]);
    const absent = await probelog('upload', 'short', 'absent.npy');
    expect([absent.code, absent.stderr]).toEqual([1, expect.stringContaining('SOURCE_NOT_FOUND')]);
    const odd = await probelog('upload', 'short', 'short.npy', '--kind', 'scores');
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('INPUT_INVALID')]);
  });
});
