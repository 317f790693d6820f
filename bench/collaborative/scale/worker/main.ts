import { readFileSync } from 'node:fs';
import {
  basisRank,
  columnsOf,
  decodePrior,
  fitBasis,
  type Matrix,
  ProbeChooser,
  transpose,
} from '../../../../src/domain/index.js';
import { RowFile } from '../../../../src/search/gallery/row-file.js';
import { openMatrixProducts } from '../../../../src/search/matrix-products.js';
import { blockwiseGram } from '../../../../src/search/snapshot/build/blockwise-gram.js';
import { type BuildTask, buildSnapshot } from '../../../../src/search/snapshot/build/build-snapshot.js';
import { CompletionThread } from '../../../../src/search/worker/completion/completion-thread.js';
import { masked } from '../../schemes.js';
import { peakMemory } from '../peak-memory.js';
import { makeResponses } from '../synthetic-responses.js';
import type { CompletionSeconds, ScaleAnswer, ScaleTask } from './tasks.js';

/** As many rows as a build's basis learns from. */
const BASIS_ROWS = 20_000;
const BLOCK_ROWS = 4_096;
/** A completion is timed so often, each way; the median counts. */
const REPEATS = 5;

/** A process for one measurement: it gets its task as a message, and answers with one. */
process.once('message', async (task: ScaleTask) => {
  const seconds =
    task.kind === 'COMPLETE'
      ? await complete(task)
      : { fit: await secondsOf(() => (task.kind === 'BUILD' ? buildSnapshot : fitAlone)(task.build)) };
  const answer: ScaleAnswer = { seconds, peakMiB: peakMemory() };
  process.send?.(answer, () => process.exit(0));
});

/** The part of a build that fits the basis. */
async function fitAlone({ rowsPath, probes, rows, version }: BuildTask): Promise<void> {
  const file = new RowFile(rowsPath, probes, rows, 'READ');
  const products = await openMatrixProducts();
  const count = Math.min(BASIS_ROWS, rows);
  const chosen = Uint32Array.from({ length: count }, (_, place) => Math.floor((place * rows) / count));
  const read = (some: Uint32Array): Matrix => {
    const data = new Float32Array(some.length * probes);
    for (const [place, row] of some.entries())
      file.read(row, data.subarray(place * probes, (place + 1) * probes));
    return { rows: some.length, columns: probes, data };
  };
  const multiply = blockwiseGram(products, read, chosen, BLOCK_ROWS);
  const rank = basisRank(count, probes);
  await fitBasis({ probes, rank, seed: 1, version, multiply, product: products.project });
}

async function complete(task: ScaleTask & { kind: 'COMPLETE' }): Promise<CompletionSeconds> {
  const { probes, families } = task.size;
  const responses = makeResponses(await openMatrixProducts(), probes, families);
  const raw = await responses.of(task.model, task.outputs);
  let run = new Uint32Array(0);
  const choosing = await secondsOf(async () => {
    const prior = decodePrior(readFileSync(task.priorPath));
    const chooser = new ProbeChooser(prior, { budget: task.share, errorBound: 0, errorFactor: 0 });
    for (;;) {
      const round = chooser.next(run, transpose(columnsOf(raw, run)).data);
      if (!round) return;
      run = Uint32Array.from([...run, ...round]);
    }
  });
  const file = { path: task.priorPath, version: 'scale' };
  const running = new CompletionThread();
  await running.complete(masked(raw, run), file);
  const seconds = { starting: [] as number[], running: [] as number[] };
  // In turns: a slow minute of the machine hits both.
  for (let again = 0; again < REPEATS; again++) {
    const started = new CompletionThread();
    const partial = [masked(raw, run), masked(raw, run)];
    seconds.starting.push(await secondsOf(() => started.complete(partial[0], file)));
    started.close();
    seconds.running.push(await secondsOf(() => running.complete(partial[1], file)));
  }
  running.close();
  return { choosing, starting: median(seconds.starting), running: median(seconds.running) };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
