import { randomUUID } from 'node:crypto';
import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeFloat16, type Matrix, parseNpyHeader, rowOf } from '../../src/domain/index.js';
import { type IngestRequest, type PipelineDependencies, runIngest } from '../../src/ingest/index.js';
import { IngestStopped } from '../../src/ingest/queue/lease.js';
import type { ClaimedIngest, IngestRecord, LogitRecord } from '../../src/store/index.js';
import { DEMO } from '../fixtures/demo-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { priorFile, tinyPrior } from '../probing/support/tiny-prior.js';
import { pipelineOf } from './support/pipeline-of.js';
import { openSmallService, type SmallService } from './support/small-service.js';

const PROBES = 160;
const HALF = 80;
const SLOW = join(DEMO, 'models/mobilenet_v1_0.5_160.onnx');

let small: SmallService;
let prior: string;
let workFolder: string;
beforeAll(async () => {
  small = await openSmallService({ probes: PROBES, work: false });
  prior = await priorFile(tinyPrior(PROBES));
  workFolder = join(small.folder, 'work');
});
afterAll(() => small.close());

function dependencies(changed: Partial<PipelineDependencies> = {}): PipelineDependencies {
  const pipeline = pipelineOf(small, { prior: async () => usable(prior), ...changed });
  return { ...pipeline, probing: { ...pipeline.probing, budget: 0.5 } };
}

const GOING_ON = new AbortController().signal;

interface Outcome {
  ingest: IngestRecord;
  logits: LogitRecord[];
  stored: Matrix;
  /** Probes of which something is stored. */
  ran: number[];
  notes: string[];
}

async function outcomeOf({ id, modelId }: IngestRecord): Promise<Outcome> {
  const { store } = small.service;
  const [ingest] = await store.ingests.byIds([id]);
  const [model] = await store.models.byIds([modelId]);
  const file = await readFile(store.blobs.path(model?.responsesDigest ?? ''));
  const { shape, dataOffset } = parseNpyHeader(file);
  const bytes = Uint8Array.from(file.subarray(dataOffset));
  const [rows, columns] = shape;
  const stored = { rows, columns, data: decodeFloat16(new Uint16Array(bytes.buffer)) };
  const first = rowOf(stored, 0);
  const ran = [...first.keys()].filter((probe) => !Number.isNaN(first[probe]));
  const logits = await store.logits.page(modelId, { first: 5_000 });
  return { ingest, logits, stored, ran, notes: model?.notes ?? [] };
}

async function claim(
  model: Uint8Array | string,
  request: Partial<IngestRequest> = {},
): Promise<ClaimedIngest> {
  await small.enqueue(model, request);
  const claimed = await small.service.store.ingests.claim(randomUUID(), 600_000);
  if (!claimed) throw new Error('there is nothing to claim');
  return claimed;
}

async function ingest(
  model: Uint8Array | string,
  request: Partial<IngestRequest> = {},
  changed: Partial<PipelineDependencies> = {},
): Promise<Outcome> {
  const claimed = await claim(model, request);
  await runIngest(claimed, GOING_ON, dependencies(changed));
  expect(await readdir(workFolder)).toEqual([]);
  return outcomeOf(claimed);
}

/** Runs an ingest until so many probes have answered, and stops it as a service that closes does. */
async function stopAt(claimed: ClaimedIngest, rows: number, changed: Partial<PipelineDependencies> = {}) {
  const controller = new AbortController();
  const run = runIngest(claimed, controller.signal, dependencies(changed));
  const outcome = expect(run).rejects.toThrow();
  const rowBytes = 4 + 1_001 * 4;
  for (;;) {
    const spool = (await readdir(workFolder, { recursive: true }).catch(() => [])).find((name) =>
      name.endsWith('.responses'),
    );
    const size = spool ? (await stat(join(workFolder, spool))).size : 0;
    if (spool && size >= 8 + rows * rowBytes) {
      controller.abort(new IngestStopped('DRAINING'));
      await outcome;
      return { path: join(workFolder, spool), rowBytes };
    }
    await sleep(2);
  }
}

/** A prior that has earned the whole budget. */
function usable(path: string) {
  return { path, fullyProbed: { models: 100, logits: 10_000 } };
}

describe('an ingest with a prior', () => {
  it('stores the responses of the chosen probes in their columns, and none for the others', async () => {
    const full = await ingest(meanColor(), { probing: { full: true } });
    expect(full.ran).toHaveLength(PROBES);
    expect(full.logits.map(({ coverage }) => coverage)).toEqual([1, 1, 1, 1]);
    const partly = await ingest(meanColor());
    expect(partly.ran).toHaveLength(HALF);
    expect(partly.stored.columns).toBe(PROBES);
    expect(partly.logits.map(({ coverage, status }) => [coverage, status])).toEqual(
      Array(4).fill([0.5, 'SEARCHABLE']),
    );
    for (let output = 0; output < 4; output++) {
      const row = rowOf(partly.stored, output);
      for (const [probe, response] of row.entries())
        if (partly.ran.includes(probe)) expect(response).toBe(rowOf(full.stored, output)[probe]);
        else expect(response).toBeNaN();
    }
    expect([partly.ingest.done, partly.ingest.total, partly.ingest.state]).toEqual([HALF, HALF, 'SUCCEEDED']);
  });

  it('follows its request instead of the settings', async () => {
    const never = async () => {
      throw new Error('a full run does not read the prior');
    };
    expect((await ingest(meanColor(), { probing: { full: true } }, { prior: never })).ran).toHaveLength(
      PROBES,
    );
    expect((await ingest(meanColor(), { probing: { budget: 1 } }, { prior: never })).ran).toHaveLength(
      PROBES,
    );
    expect((await ingest(meanColor(), { probing: { budget: 0.25 } })).ran).toHaveLength(40);
    const early = await ingest(meanColor(), { probing: { errorBound: 1 } });
    expect(early.ran.length).toBeGreaterThan(0);
    expect(early.ran.length).toBeLessThan(HALF);
    expect(early.ingest.total).toBe(early.ran.length);
    await expect(small.enqueue(meanColor(), { probing: { budget: 0 } })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('runs all probes when there is no prior, or a damaged one', async () => {
    const none = await ingest(meanColor(), {}, { prior: async () => null });
    expect(none.ran).toHaveLength(PROBES);
    expect(none.notes.join()).not.toMatch(/cannot be used/);
    const wrong = await priorFile(tinyPrior(PROBES - 1));
    const damaged = await ingest(meanColor(), {}, { prior: async () => usable(wrong) });
    expect(damaged.ran).toHaveLength(PROBES);
    expect(damaged.logits[0].coverage).toBe(1);
    expect(damaged.notes.join()).toMatch(/all probes were run/);
  });
});

describe('an ingest that was stopped while probing', () => {
  it('continues with the same choices, whatever changed meanwhile, after a row that was cut off', async () => {
    const whole = await ingest(SLOW, { preprocessing: undefined });
    const claimed = await claim(SLOW, { preprocessing: undefined });
    const { path, rowBytes } = await stopAt(claimed, 8);
    const rows = Math.floor(((await stat(path)).size - 8) / rowBytes);
    expect(rows).toBeGreaterThanOrEqual(8);
    expect(rows).toBeLessThan(HALF);
    await appendFile(path, Buffer.alloc(rowBytes / 2, 0xff));
    const kept = await readFile(path);

    let firstDone: number | null = null;
    const another = await priorFile(tinyPrior(PROBES + 1));
    const changed = dependencies({
      prior: async () => usable(another),
      async announce(id) {
        const [{ stage, done }] = await small.service.store.ingests.byIds([id]);
        if (stage === 'PROBING') firstDone ??= done;
      },
    });
    changed.probing.budget = 0.9;
    await runIngest(claimed, GOING_ON, changed);
    const resumed = await outcomeOf(claimed);
    expect(firstDone).toBeGreaterThanOrEqual(rows);
    expect(resumed.ran).toEqual(whole.ran);
    expect(kept.readUInt32LE(4)).toBe(1_001);
    expect(resumed.ran).toContain(kept.readUInt32LE(8));
    expect(await readdir(workFolder)).toEqual([]);
  });

  it('continues with all probes when it began with all', async () => {
    const claimed = await claim(SLOW, { preprocessing: undefined });
    await stopAt(claimed, 8, { prior: async () => null });
    await runIngest(claimed, GOING_ON, dependencies());
    expect((await outcomeOf(claimed)).ran).toHaveLength(PROBES);
    expect(await readdir(workFolder)).toEqual([]);
  });

  it('runs the missing probes when the copy of the prior is lost', async () => {
    const claimed = await claim(SLOW, { preprocessing: undefined });
    await stopAt(claimed, 8);
    const [copy] = (await readdir(workFolder, { recursive: true })).filter((name) => name.endsWith('.prior'));
    await rm(join(workFolder, copy));
    await runIngest(claimed, GOING_ON, dependencies());
    const { ran, notes } = await outcomeOf(claimed);
    expect(ran).toHaveLength(PROBES);
    expect(notes.join()).toMatch(/all probes were run/);
    expect(await readdir(workFolder)).toEqual([]);
  });

  it('continues after it was cancelled and retried', async () => {
    const claimed = await claim(SLOW, { preprocessing: undefined });
    const controller = new AbortController();
    const announce = () => controller.abort(new IngestStopped('CANCELLED'));
    await stopAt(claimed, 4);
    await expect(runIngest(claimed, controller.signal, dependencies({ announce }))).rejects.toThrow();
    await runIngest(claimed, GOING_ON, dependencies());
    expect(await readdir(workFolder)).toEqual([]);
  });
});
