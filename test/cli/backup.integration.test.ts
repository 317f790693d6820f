import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { takeConcepts, takeDatabase } from '../fixtures/prepared-data.js';
import { npyFile } from '../ingest/support/array-files.js';
import { folderOfImages } from './probe-images.js';
import { type Ended, runProbelog, startProbelog } from './run-probelog.js';

const IMAGES = 30;
let folder: string;
let backup: Ended;
/** Runs a command on one of the data folders of the tests. */
const probelog = (data: string, ...args: string[]) =>
  runProbelog(args, { dataFolder: folder, environment: { PROBELOG_DATA: data } });

beforeAll(async () => {
  folder = await folderOfImages(IMAGES);
  await takeDatabase(join(folder, 'first'));
  await takeConcepts(join(folder, 'first'));
  await probelog('first', 'probes', 'create', 'mine', 'images');
  const rows = [0, 1, 2].map((c) => Array.from({ length: IMAGES }, (_, p) => Math.sin(c * 12.9 + p * 7.3)));
  await writeFile(join(folder, 'responses.npy'), npyFile(rows));
  await writeFile(join(folder, 'labels.json'), JSON.stringify(['cat', 'dog', 'cow']));
  await probelog('first', 'upload', 'mine@2', 'responses.npy', '--labels', 'labels.json');
  await probelog('first', 'keys', 'create', 'page', '--scope', 'read');
  backup = await probelog('first', 'backup', 'whole.tar', '--json');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const exists = (...path: string[]) =>
  stat(join(folder, ...path)).then(
    () => true,
    () => false,
  );

describe('probelog backup', () => {
  it('writes what another machine answers from as this one does', async () => {
    expect(backup.code).toBe(0);
    expect(JSON.parse(backup.stdout)).toMatchObject({
      file: 'whole.tar',
      models: 1,
      logits: 3,
      keys: 1,
      probeSets: 1,
    });
    expect((await stat(join(folder, 'whole.tar'))).mode & 0o777).toBe(0o600);
    const restore = await probelog('second', 'restore', 'whole.tar', '--json');
    expect([restore.code, JSON.parse(restore.stdout)]).toMatchObject([0, { models: 1, logits: 3, keys: 1 }]);
    await takeConcepts(join(folder, 'second'));
    const [before, after] = [
      await probelog('first', 'search', 'dog', '--json'),
      await probelog('second', 'search', 'dog', '--json'),
    ];
    expect(JSON.parse(before.stdout)).toHaveLength(3);
    expect(after.stdout).toBe(before.stdout);
  }, 300_000);

  it('goes through a pipe', async () => {
    const environment = { PROBELOG_DATA: 'first' };
    const running = startProbelog(['backup', '-'], { dataFolder: folder, environment });
    running.child.stdout?.setEncoding('latin1');
    const { code, stdout, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('-: 1 models, 3 logits')]);
    expect(stdout.length).toBe((await stat(join(folder, 'whole.tar'))).size);
  });

  it('says what to do while a process has the embedded database', async () => {
    const environment = { PROBELOG_DATA: 'first' };
    const server = startProbelog(['serve'], { dataFolder: folder, environment });
    await server.printed(/answers at/);
    const { code, stderr } = await probelog('first', 'backup', 'busy.tar');
    server.child.kill('SIGTERM');
    await server.ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/DATA_FOLDER_IN_USE: Process \d+ .* Stop it .*DATABASE_URL/),
    ]);
    expect(await exists('busy.tar')).toBe(false);
  });

  it('says that there is nothing, and makes nothing', async () => {
    const { code, stderr } = await probelog('none', 'backup', 'none.tar');
    expect([code, stderr]).toEqual([1, expect.stringContaining('NOT_FOUND')]);
    expect([await exists('none'), await exists('none.tar')]).toEqual([false, false]);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves the old file or the new one after %s', async (signal) => {
    const out = join(folder, signal);
    await mkdir(out);
    await writeFile(join(out, 'b.tar'), 'old');
    const changes = watch(out);
    const args = ['backup', join(out, 'b.tar')];
    const running = startProbelog(args, { dataFolder: folder, environment: { PROBELOG_DATA: 'first' } });
    for await (const { filename } of changes) if (filename?.endsWith('.part')) break;
    running.child.kill(signal);
    const { code } = await running.ended;
    const content = await readFile(join(out, 'b.tar'));
    const isOld = content.toString() === 'old';
    if (!isOld) expect(content.length).toBe((await stat(join(folder, 'whole.tar'))).size);
    if (signal === 'SIGINT') {
      expect(code).toBe(isOld ? 130 : 0);
      expect(await readdir(out)).toEqual(['b.tar']);
    }
    expect((await probelog('first', 'models')).code).toBe(0);
  });
});

describe('probelog restore', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'restores nothing after %s, and all of it when it is run again',
    async (signal) => {
      const data = `restored-${signal}`;
      const half = Math.floor((await stat(join(folder, 'whole.tar'))).size / 2);
      const running = startProbelog(['restore', '-'], {
        dataFolder: folder,
        environment: { PROBELOG_DATA: data },
        stdin: 'pipe',
      });
      const stdin = running.child.stdin ?? expect.fail();
      // A killed process runs no more ingests.
      stdin.on('error', () => undefined);
      createReadStream(join(folder, 'whole.tar'), { end: half }).pipe(stdin, { end: false });
      await vi.waitUntil(() => exists(data, 'restoring', 'database'), { timeout: 120_000 });
      running.child.kill(signal);
      const { code } = await running.ended;
      expect(await exists(data, 'database')).toBe(false);
      expect(await exists(data, 'blobs')).toBe(false);
      if (signal === 'SIGINT')
        expect([code, await readdir(join(folder, data))]).toEqual([130, ['lock', 'locks']]);
      expect((await probelog(data, 'restore', 'whole.tar')).code).toBe(0);
      expect((await probelog(data, 'models')).stdout).toMatch(/mine +2 /);
    },
  );

  it('names what is there already', async () => {
    const { code, stderr } = await probelog('first', 'restore', 'whole.tar');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/RESTORE_NOT_EMPTY: .*the data folder contains blobs, /),
    ]);
  });

  it('says that there is no such file', async () => {
    const { code, stderr } = await probelog('unused', 'restore', 'absent.tar');
    expect([code, stderr]).toEqual([1, expect.stringContaining('SOURCE_NOT_FOUND')]);
    expect(await exists('unused')).toBe(false);
  });
});
