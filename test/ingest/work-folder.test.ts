import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cleanUpWork } from '../../src/ingest/index.js';
import type { IngestRecord } from '../../src/store/index.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS);

/** Ingests as they stand in the database, by their ids. */
const KNOWN: Record<string, Pick<IngestRecord, 'state' | 'finishedAt'>> = {
  queued: { state: 'QUEUED', finishedAt: null },
  running: { state: 'RUNNING', finishedAt: null },
  'failed today': { state: 'FAILED', finishedAt: ago(23) },
  'cancelled today': { state: 'CANCELLED', finishedAt: ago(1) },
  'failed before': { state: 'FAILED', finishedAt: ago(25) },
  'cancelled before': { state: 'CANCELLED', finishedAt: ago(240) },
  succeeded: { state: 'SUCCEEDED', finishedAt: ago(0) },
};
const ingests = {
  byIds: async (ids: readonly string[]) =>
    ids.flatMap((id) => (KNOWN[id] ? [{ id, ...KNOWN[id] } as IngestRecord] : [])),
};

it('keeps files of unfinished ingests, of failed and cancelled ones for a day, and removes the rest', async () => {
  const folder = await temporaryFolder();
  for (const name of [...Object.keys(KNOWN), 'of a removed model', 'young stranger']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'a.responses'), 'rows');
  }
  await utimes(join(folder, 'of a removed model'), ago(25), ago(25));
  expect(await cleanUpWork(folder, ingests)).toBe(4);
  expect((await readdir(folder)).sort()).toEqual([
    'cancelled today',
    'failed today',
    'queued',
    'running',
    'young stranger',
  ]);
});

it('removes nothing when the folder does not exist', async () => {
  expect(await cleanUpWork(join(await temporaryFolder(), 'none'), ingests)).toBe(0);
});
