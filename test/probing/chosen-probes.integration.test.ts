import { readdirSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePrior } from '../../src/domain/index.js';
import type { DoneProbes, ProbeFile, ProbePlan } from '../../src/probing/index.js';
import { requires } from '../fixtures/requires.js';
import { childrenOf } from './support/children.js';
import { attribute, FLOAT, node, value } from './support/encode-onnx.js';
import { meanColor } from './support/made-models.js';
import { type Color, LIMITS, plainProbes, type Ran, runModel, temporaryFolder } from './support/run-model.js';
import { expectedRounds, priorFile, tinyPrior } from './support/tiny-prior.js';

/** Enough for some rounds: the first is of 60 probes. */
const COUNT = 200;
const OPTIONS = { budget: 0.6, errorBound: 1e-9, errorFactor: 0 };
const MOST = 120;
const prior = tinyPrior(COUNT);

let probes: ProbeFile[];
let full: Ran;
let plan: ProbePlan;

beforeAll(async () => {
  const colors = Array.from(
    { length: COUNT },
    (_, i): Color => [(i * 73) % 256, (i * 151 + 40) % 256, (i * 37) % 256],
  );
  probes = await plainProbes(colors);
  plan = { ...OPTIONS, priorPath: await priorFile(prior) };
  full = await runModel(meanColor({ batch: 4 }), probes);
});

/** The rows of a full run for the probes of a partial one. */
const columnsOf = ({ probes: ran }: Ran, whole = full) => ran.map((probe) => whole.rows[probe]);

describe('a run with a plan', () => {
  it('runs the chosen probes only, each once, in the rounds that follow from its answers', async () => {
    const ran = await runModel(meanColor({ batch: 4 }), probes, { plan });
    const rounds = expectedRounds(prior, OPTIONS, full.rows);
    expect(rounds.length).toBeGreaterThan(2);
    expect(ran.probes).toEqual(rounds.flat());
    expect(ran.rounds).toBe(rounds.length);
    expect(ran.most).toBe(MOST);
    expect(ran.rows).toEqual(columnsOf(ran));
    expect(ran.inspected.notes.join()).not.toMatch(/cannot be used/);
  });

  it('takes batches of the size that suits the model, none of which reaches over a round', async () => {
    const free = await runModel(meanColor(), probes, { plan });
    expect(free.probes).toEqual(expectedRounds(prior, OPTIONS, full.rows).flat());
    const fixed = await runModel(meanColor({ batch: 3 }), probes, { plan });
    expect(fixed.probes).toEqual(free.probes);
    expect(fixed.rows).toEqual(columnsOf(fixed));
    const sizes = expectedRounds(prior, OPTIONS, full.rows).map(({ length }) => Math.ceil(length / 3));
    expect(fixed.firsts).toHaveLength(sizes.reduce((sum, size) => sum + size, 0));
  });

  it('stops earlier when the expected error is small enough', async () => {
    const ran = await runModel(meanColor(), probes, { plan: { ...plan, errorBound: 100 } });
    expect(ran.most).toBe(MOST);
    expect(ran.probes.length).toBeGreaterThan(0);
    expect(ran.probes.length).toBeLessThan(MOST);
  });

  it('chooses by the logarithm of what comes out of a hidden softmax', async () => {
    const nodes = [
      node('Exp', ['logits'], ['powers']),
      node('ReduceL1', ['powers'], ['sum'], [attribute('axes', [1])]),
      node('Div', ['powers', 'sum'], ['answer']),
    ];
    const disguised = meanColor({
      batch: 4,
      tail: { nodes, outputs: [value('answer', FLOAT, [4, 4])] },
    });
    const { rows } = await runModel(disguised, probes);
    const ran = await runModel(disguised, probes, { plan });
    const logarithms = rows.map((row) => row.map((share) => Math.fround(Math.log(share))));
    expect(ran.probes).toEqual(expectedRounds(prior, OPTIONS, logarithms).flat());
    expect(ran.rows).toEqual(columnsOf(ran, { ...ran, rows }));
  });
});

describe('without a usable prior', () => {
  const NOTE = /cannot be used, so all probes were run/;

  it.each([
    ['missing', async () => join(await temporaryFolder(), 'none.prior')],
    ['of another probe set', () => priorFile(tinyPrior(COUNT + 1))],
    [
      'cut off',
      async () => {
        const path = await priorFile(prior);
        await truncate(path, 100);
        return path;
      },
    ],
    [
      'something else',
      async () => {
        const path = await priorFile(prior);
        await writeFile(path, Buffer.from(encodePrior(prior)).reverse());
        return path;
      },
    ],
  ])('%s: all probes are run, and a note says so', async (_, path) => {
    const broken = { ...plan, priorPath: await path() };
    const ran = await runModel(meanColor({ batch: 4 }), probes, { plan: broken });
    expect(ran.rows).toEqual(full.rows);
    expect(ran.probes).toEqual(probes.map((_probe, i) => i));
    expect(ran.most).toBe(COUNT);
    expect(ran.inspected.notes.join()).toMatch(NOTE);
    const done = { probes: Uint32Array.of(7, 3), responses: Float32Array.from(Array(8).fill(1)) };
    const rest = await runModel(meanColor({ batch: 4 }), probes, { plan: broken, done });
    expect(rest.probes).toEqual(ran.probes.filter((probe) => probe !== 7 && probe !== 3));
  });
});

describe('an interrupted run', () => {
  const model = meanColor({ batch: 2 });

  async function killedAfter(batches: number): Promise<DoneProbes> {
    let left = batches;
    const ran: number[] = [];
    const responses: number[] = [];
    const outcome = runModel(model, probes, {
      plan,
      onBatch(batch, rows) {
        if (left === 0) return;
        ran.push(...batch);
        responses.push(...rows);
        left--;
        if (left === 0) for (const child of childrenOf(process.pid)) process.kill(child, 'SIGKILL');
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: 'INFERENCE_MEMORY' });
    return { probes: Uint32Array.from(ran), responses: Float32Array.from(responses) };
  }

  it.runIf(requires('linux'))('whose process was killed resumes with the same choices', async () => {
    const whole = await runModel(model, probes, { plan });
    for (const batches of [1, 35]) {
      const done = await killedAfter(batches);
      expect([...done.probes]).toEqual(whole.probes.slice(0, done.probes.length));
      const rest = await runModel(model, probes, { plan, done });
      expect(rest.probes).toEqual(whole.probes.slice(done.probes.length));
      expect(rest.rows).toEqual(whole.rows.slice(done.probes.length));
      expect(rest.rounds).toBe(whole.rounds);
      expect(rest.most).toBe(MOST);
    }
  });

  it('with all responses runs no more probes and still reports its output', async () => {
    const whole = await runModel(model, probes, { plan });
    const done = {
      probes: Uint32Array.from(whole.probes),
      responses: Float32Array.from(whole.rows.flat()),
    };
    const rest = await runModel(model, probes, { plan, done });
    expect(rest.rows).toEqual([]);
    expect(rest.inspected.output.outputs).toBe(4);
  });
});

describe('pixels of chosen probes', () => {
  const model = meanColor({ batch: 4 });
  const filesIn = (folder: string) => readdirSync(folder).map((name) => name.replace(/^.*\./, ''));

  it('come from the cache of the whole set when it is there', async () => {
    const cacheFolder = await temporaryFolder();
    await runModel(model, probes, { cacheFolder });
    const ran = await runModel(model, probes, { cacheFolder, plan });
    expect(ran.pixelsCached).toBe(true);
    expect(ran.rows).toEqual(columnsOf(ran));
    expect(filesIn(cacheFolder)).toEqual(['pixels']);
  });

  it('are kept for other partial runs, which decode only what is missing', async () => {
    const cacheFolder = await temporaryFolder();
    const cold = await runModel(model, probes, { cacheFolder, plan });
    expect(cold.pixelsCached).toBe(false);
    expect(cold.rows).toEqual(columnsOf(cold));
    expect(filesIn(cacheFolder)).toEqual(['sparse']);
    const warm = await runModel(model, probes, { cacheFolder, plan });
    expect(warm.pixelsCached).toBe(true);
    expect(warm.rows).toEqual(cold.rows);
    const more = await runModel(model, probes, { cacheFolder, plan: { ...plan, budget: 0.8 } });
    expect(more.pixelsCached).toBe(false);
    expect(more.rows).toEqual(columnsOf(more));
    const [file] = readdirSync(cacheFolder);
    const present = (await readFile(join(cacheFolder, file))).subarray(0, COUNT);
    expect([...present.keys()].filter((probe) => present[probe] === 1)).toEqual(
      [...new Set([...cold.probes, ...more.probes])].sort((a, b) => a - b),
    );
  });

  it('give way to those of the whole set', async () => {
    const cacheFolder = await temporaryFolder();
    await runModel(model, probes, { cacheFolder, plan });
    await runModel(model, probes, { cacheFolder });
    expect(filesIn(cacheFolder)).toEqual(['pixels']);
  });

  it('are decoded again when their file is damaged, not kept when they are too large', async () => {
    const cacheFolder = await temporaryFolder();
    await runModel(model, probes, { cacheFolder, plan });
    const [file] = readdirSync(cacheFolder);
    await truncate(join(cacheFolder, file), 300);
    const again = await runModel(model, probes, { cacheFolder, plan });
    expect(again.pixelsCached).toBe(false);
    expect(again.rows).toEqual(columnsOf(again));
    const small = await temporaryFolder();
    await runModel(model, probes, { cacheFolder: small, cacheBytes: 1000, plan });
    expect(readdirSync(small)).toEqual([]);
  });

  it.runIf(requires('linux'))('of a killed run are not reused', async () => {
    const cacheFolder = await temporaryFolder();
    const onBatch = () => {
      throw new Error('stop');
    };
    const stopped = runModel(model, probes, { cacheFolder, plan, onBatch, limits: LIMITS });
    await expect(stopped).rejects.toThrow('stop');
    const next = await runModel(model, probes, { cacheFolder, plan });
    expect(next.pixelsCached).toBe(false);
    expect(next.rows).toEqual(columnsOf(next));
  });
});
