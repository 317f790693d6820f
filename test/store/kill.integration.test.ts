import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/index.js';
import { temporaryFolder } from './temporary-folder.js';

const COMPILED = new URL('../../dist/src/store/index.js', import.meta.url).href;
const INGEST_FOREVER = fileURLToPath(new URL('ingest-forever.mjs', import.meta.url));
const ROUNDS = 8;

/**
 * Runs the child, kills it at some moment, and returns the ids that the child reported as published. A slow machine may
 * publish nothing within that time, so every second round waits for a first one before its clock starts.
 */
async function ingestAndDie(folder: string, afterFirst: boolean): Promise<string[]> {
  const child = spawn(process.execPath, [INGEST_FOREVER, COMPILED, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const running = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line !== 'ready') lines.push(line);
      if (line !== 'ready' || !afterFirst) resolve();
    });
  });
  await Promise.race([running, exited]);
  await sleep(Math.random() * 1_500);
  child.kill('SIGKILL');
  expect((await exited)[1]).toBe('SIGKILL');
  return lines;
}

async function checkWhole(
  { models, logits, blobs, probeSets }: Store,
  acknowledged: string[],
): Promise<void> {
  const { id = '' } = (await probeSets.default()) ?? {};
  const visible = await models.searchable(id);
  for (const { modelId, responsesDigest, outputs } of visible) {
    expect(await logits.page(modelId, { first: 5_000 })).toHaveLength(outputs);
    const bytes = await blobs.readAll(responsesDigest);
    expect(bytes).toHaveLength(outputs * 20);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(responsesDigest);
  }
  const waiting = await models.page({ status: 'PENDING', first: 100 });
  for (const { id: modelId } of waiting) expect(await logits.page(modelId, { first: 1 })).toEqual([]);
  expect(await models.count({})).toBe(visible.length + waiting.length);
  expect(visible.map(({ modelId }) => modelId)).toEqual(expect.arrayContaining(acknowledged));
}

it('kill -9 at any moment loses nothing that was acknowledged and leaves no half of a model', async () => {
  const folder = await temporaryFolder();
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    acknowledged.push(...(await ingestAndDie(folder, round % 2 === 0)));
    const store = await openStore({ dataFolder: folder });
    await checkWhole(store, acknowledged);
    // Sweeping with no patience is safe too, since no writer lives. Of three files, two may be left by the kill.
    await store.cleanUpBlobs({ olderThanMs: -1_000, maxShare: 1 });
    await checkWhole(store, acknowledged);
    await store.close();
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS / 2);
}, 240_000);
