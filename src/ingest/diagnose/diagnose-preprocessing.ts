import { type Matrix, transpose } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { callInThread } from '../../lib/worker-calls.js';
import {
  type PartialPreprocessing,
  type PixelFields,
  type ProbeFile,
  type ProbeModelOptions,
  probeModel,
} from '../../probing/index.js';
import { agreementOf, doubtAbout, isClearlyBetter } from './clear-difference.js';
import type { CompareCalls, RunQuality } from './compare-runs.js';

/** Images per run, spread over the probe set. */
const MAX_IMAGES = 256;
/** Outputs that are judged. */
const MAX_OUTPUTS = 100;
/** With fewer, chance decides. */
const MIN_IMAGES = 20;
const ENTRY = compiledEntry(import.meta.url, './main.js');

/** How a model is run for a diagnosis. */
export type DiagnosedModel = Pick<
  ProbeModelOptions,
  'modelFile' | 'data' | 'outputName' | 'limits' | 'isolation' | 'cacheFolder' | 'cacheBytes' | 'signal'
> & {
  preprocessing: PartialPreprocessing | null;
  probes: readonly ProbeFile[];
  /** P unit rows, one for each probe. */
  embeddings: Matrix;
};

/** One way to prepare images, and how well it suits the model. */
export interface DiagnosedPreprocessing extends Partial<RunQuality> {
  /** For people, such as "0..1, BGR"; "as described" for the one that was used. */
  name: string;
  isUsed: boolean;
  fields: PixelFields;
  /** Why it could not be run; null when it could. */
  problem: string | null;
}

/** A table of ways to prepare images. */
export interface Diagnosis {
  /** The one that was used first, then the others, the best first. */
  rows: DiagnosedPreprocessing[];
  /** The best one, when it suits the model clearly better than the one that was used; null otherwise. */
  suggested: DiagnosedPreprocessing | null;
  /** Why the figures do not tell which one is right; null when they do. */
  doubt: string | null;
}

/**
 * Runs a model with the preprocessing that is described and with the usual alternatives, and compares the responses.
 *
 * @throws ProbelogError INPUT_INVALID when there are too few probes; as `probeModel` for the described preprocessing
 */
export async function diagnosePreprocessing(model: DiagnosedModel): Promise<Diagnosis> {
  const step = Math.max(1, Math.ceil(model.probes.length / MAX_IMAGES));
  const chosen = model.probes.map((_, probe) => probe).filter((probe) => probe % step === 0);
  if (chosen.length < MIN_IMAGES)
    throw new ProbelogError(
      'INPUT_INVALID',
      `A diagnosis needs at least ${MIN_IMAGES} probes; this probe set has ${model.probes.length}.`,
    );
  const probes = chosen.map((probe) => model.probes[probe]);
  const { rows, runs } = await runAll(model, probes);
  const embeddings = rowsAt(model.embeddings, chosen);
  const qualities = await callInThread<CompareCalls>(ENTRY, 'compare', [embeddings, runs]);
  for (const row of rows) if (row.problem === null) Object.assign(row, qualities.shift());
  const [first, ...others] = rows;
  others.sort((a, b) => agreementOf(b) - agreementOf(a));
  const [best] = others;
  const doubt = doubtAbout(rows.map(agreementOf), chosen.length);
  const isBetter = doubt === null && best && isClearlyBetter(best, first, chosen.length);
  return { rows: [first, ...others], suggested: isBetter ? best : null, doubt };
}

/** Runs the model once: each batch goes through all preparations in one session. */
async function runAll(
  { embeddings: _, ...model }: DiagnosedModel,
  probes: readonly ProbeFile[],
): Promise<{ rows: DiagnosedPreprocessing[]; runs: Matrix[] }> {
  const used: Float32Array[] = [];
  let others: { row: DiagnosedPreprocessing; batches: Float32Array[] }[] = [];
  const { inspected } = await probeModel({
    ...model,
    probes,
    onBatch: (probed, responses) => void used.push(someOutputs(responses, probed.length)),
    alternatives: {
      onInspected: (alternatives) => {
        others = alternatives.map((alternative) => ({
          row: { ...alternative, isUsed: false, problem: null },
          batches: [],
        }));
      },
      onBatch: (probed, responses) => {
        for (const [index, { row, batches }] of others.entries()) {
          const answer = responses[index];
          if (answer instanceof Float32Array) batches.push(someOutputs(answer, probed.length));
          else row.problem = answer.problem;
        }
      },
    },
  });
  const ran = others.filter(({ row }) => row.problem === null).map(({ batches }) => batches);
  return {
    rows: [
      { name: 'as described', isUsed: true, fields: inspected.preprocessing, problem: null },
      ...others.map(({ row }) => row),
    ],
    runs: [used, ...ran].map((batches) => joined(batches, probes.length)),
  };
}

/** @param batches n × C each @returns C × P */
function joined(batches: readonly Float32Array[], probes: number): Matrix {
  const values = batches.reduce((sum, { length }) => sum + length, 0);
  const data = new Float32Array(values);
  let end = 0;
  for (const batch of batches) {
    data.set(batch, end);
    end += batch.length;
  }
  return transpose({ rows: probes, columns: values / probes, data });
}

/** Outputs spread evenly: all of a large model would fill the memory, eight times over. @param responses n × C */
function someOutputs(responses: Float32Array, rows: number): Float32Array {
  const outputs = responses.length / rows;
  if (outputs <= MAX_OUTPUTS) return Float32Array.from(responses);
  return Float32Array.from({ length: rows * MAX_OUTPUTS }, (_, index) => {
    const row = Math.trunc(index / MAX_OUTPUTS);
    return responses[row * outputs + Math.trunc(((index % MAX_OUTPUTS) * outputs) / MAX_OUTPUTS)];
  });
}

function rowsAt({ columns, data }: Matrix, rows: readonly number[]): Matrix {
  const chosen = new Float32Array(rows.length * columns);
  for (const [index, row] of rows.entries())
    chosen.set(data.subarray(row * columns, (row + 1) * columns), index * columns);
  return { rows: rows.length, columns, data: chosen };
}
