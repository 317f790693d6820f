import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEMO } from '../fixtures/demo-service.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { openSmallService, type SmallService, settled } from './support/small-service.js';

const PROBES = 400;
const MODEL = join(DEMO, 'models/mobilenet_v1_0.5_160.onnx');
const OUTPUTS = 1_001;
const CHILD = fileURLToPath(new URL('support/ingest-and-wait.mjs', import.meta.url));
const compiled = (path: string) => new URL(`../../dist/src/${path}`, import.meta.url).href;

let dataFolder: string;
let small: SmallService | undefined;
beforeEach(async () => {
  dataFolder = join(await temporaryFolder(), 'data');
});
afterEach(() => small?.close());

const reopen = async (work: boolean) => {
  small = await openSmallService({ dataFolder, probes: PROBES, work });
  return small;
};

/** Ingests in a process of its own that is killed once some probes are done. */
async function ingestAndDie(): Promise<string> {
  const encoder = join(DEMO, 'encoder');
  const args = [CHILD, compiled('app/index.js'), compiled('config/index.js'), dataFolder, encoder];
  const child = spawn(process.execPath, [...args, 'gradients', MODEL], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let ingestId = '';
  for await (const line of createInterface(child.stdout)) {
    const { id, done } = JSON.parse(line);
    ingestId = id;
    if (done >= 32) break;
  }
  child.kill('SIGKILL');
  expect((await exited)[1]).toBe('SIGKILL');
  return ingestId;
}

/** Probes whose responses outlived the process. */
async function spooledProbes(): Promise<number> {
  const folder = join(dataFolder, 'ingests');
  const [name] = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.responses'));
  return Math.floor(((await stat(join(folder, name))).size - 8) / (4 + OUTPUTS * 4));
}

it('kill -9 while probing: the next process continues after the last finished batch', async () => {
  await (await reopen(false)).close();
  const ingestId = await ingestAndDie();
  const kept = await spooledProbes();
  expect(kept).toBeGreaterThanOrEqual(32);
  expect(kept).toBeLessThan(PROBES);

  const idle = await reopen(false);
  const [model] = await idle.service.store.models.page({ first: 5 });
  expect(model?.responsesDigest ?? null).toBeNull();
  await idle.close();

  const { service } = await reopen(true);
  let first: number | null = null;
  for await (const { stage, done, attempts } of service.ingest.watch(ingestId)) {
    if (attempts > 1 && stage === 'PROBING' && done !== null) first ??= done;
  }
  expect((await settled(service, ingestId)).state).toBe('SUCCEEDED');
  expect(first).toBeGreaterThanOrEqual(kept);
  expect(await service.store.logits.page(model?.id ?? '', { first: 5_000 })).toHaveLength(OUTPUTS);
  expect(
    (await readdir(join(dataFolder, 'ingests'), { recursive: true })).filter((name) =>
      name.endsWith('.responses'),
    ),
  ).toEqual([]);
});

it('a service that closes while probing returns the ingest, and the next one finishes it', async () => {
  const { service, enqueue } = await reopen(true);
  const { id } = await enqueue(MODEL, { preprocessing: undefined });
  for await (const { done } of service.ingest.watch(id)) if (done !== null && done >= 32) break;
  await service.close();
  expect(await spooledProbes()).toBeGreaterThanOrEqual(32);
  const { service: next } = await reopen(true);
  expect((await settled(next, id)).state).toBe('SUCCEEDED');
});
