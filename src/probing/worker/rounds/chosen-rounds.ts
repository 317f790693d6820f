import { readFile } from 'node:fs/promises';
import {
  decodePrior,
  looksLikeProbabilities,
  ProbeChooser,
  probabilitiesToLogits,
  transpose,
} from '../../../domain/index.js';
import type { DoneProbes, ProbePlan } from '../../protocol.js';
import type { ProbeRounds } from './probe-rounds.js';

/**
 * Rounds that are chosen from the responses to earlier rounds.
 *
 * A continued run makes the same choices again from the stored responses, and only runs the probes that are missing.
 *
 * @param first the first round, which depends on the prior only
 * @param done the finished probes of an interrupted run
 * @param settled resolves when all batches were received; choosing blocks this process from sending
 */
export function chosenRounds(
  chooser: ProbeChooser,
  first: Uint32Array,
  done: DoneProbes | null,
  settled: () => Promise<void>,
): ProbeRounds {
  const rows = rowsOf(done);
  /** Probes of all rounds so far. */
  const run: number[] = [];
  let rounds = 0;
  let milliseconds = 0;

  const choose = (): Uint32Array | null => {
    const started = performance.now();
    const round =
      rounds === 0 ? first : chooser.next(Uint32Array.from(run), asLogits(joined(run, rows), run.length));
    milliseconds += performance.now() - started;
    if (!round || round.length === 0) return null;
    rounds++;
    return round.toSorted();
  };
  return {
    get expectedProbes() {
      return Math.max(chooser.maxProbes, run.length);
    },
    whole: false,
    notes: [],
    async next() {
      await settled();
      for (let round = choose(); round; round = choose()) {
        for (const probe of round) run.push(probe);
        const missing = round.filter((probe) => !rows.has(probe));
        if (missing.length > 0) return missing;
      }
      return null;
    },
    add(probes, responses) {
      const outputs = responses.length / probes.length;
      for (const [n, probe] of probes.entries())
        rows.set(probe, responses.subarray(n * outputs, (n + 1) * outputs));
    },
    choices: () => ({ rounds, milliseconds }),
  };
}

function rowsOf(done: DoneProbes | null): Map<number, Float32Array> {
  if (!done || done.probes.length === 0) return new Map();
  const outputs = done.responses.length / done.probes.length;
  return new Map(
    Array.from(done.probes, (probe, n) => [probe, done.responses.subarray(n * outputs, (n + 1) * outputs)]),
  );
}

/** @returns n × C, probe-major */
function joined(probes: readonly number[], rows: Map<number, Float32Array>): Float32Array {
  const outputs = rows.get(probes[0])?.length ?? 0;
  const responses = new Float32Array(probes.length * outputs);
  for (const [n, probe] of probes.entries()) responses.set(rows.get(probe) ?? [], n * outputs);
  return responses;
}

/** The prior describes logits, so probabilities are replaced by their logarithms, as they will be stored. */
function asLogits(responses: Float32Array, probes: number): Float32Array {
  if (probes === 0) return responses;
  const matrix = { rows: probes, columns: responses.length / probes, data: responses };
  return looksLikeProbabilities(transpose(matrix)) ? probabilitiesToLogits(matrix).logits.data : responses;
}

/**
 * Opens the rounds of a probe plan.
 *
 * @param probes P
 * @returns null when the prior is missing, damaged or has another number of probes
 */
export async function openChosenRounds(
  { priorPath, ...options }: ProbePlan,
  probes: number,
  done: DoneProbes | null,
  settled: () => Promise<void>,
): Promise<ProbeRounds | null> {
  try {
    const prior = decodePrior(await readFile(priorPath));
    if (prior.probes !== probes) return null;
    const chooser = new ProbeChooser(prior, options);
    const first = chooser.next(new Uint32Array(), new Float32Array());
    return first && chosenRounds(chooser, first, done, settled);
  } catch {
    return null;
  }
}
