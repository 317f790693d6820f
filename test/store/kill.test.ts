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

/** Runs the child, kills it after a while, and returns the ids whose publishing it was told of. */
async function ingestAndDie(folder: string): Promise<string[]> {
  const child = spawn(process.execPath, [INGEST_FOREVER, COMPILED, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const ready = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => (line === 'ready' ? resolve() : lines.push(line)));
  });
  await Promise.race([ready, exited]);
  await sleep(300 + Math.random() * 1_700);
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
    acknowledged.push(...(await ingestAndDie(folder)));
    const store = await openStore({ dataFolder: folder });
    await checkWhole(store, acknowledged);
    // Sweeping with no patience is safe too, since no writer lives.
    await store.sweepBlobs(-1_000);
    await checkWhole(store, acknowledged);
    await store.close();
  }
  expect(acknowledged.length).toBeGreaterThan(ROUNDS);
}, 120_000);
