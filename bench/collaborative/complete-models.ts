import { completeDescriptors, type Matrix, type ResponsePrior, rowOf } from '../../src/domain/index.js';
import type { ModelResponses } from '../accuracy/gallery.js';
import { masked, type Scheme } from './schemes.js';

/** All models of a gallery, partly probed and completed. */
export interface CompletedGallery {
  /** N × P descriptors. */
  rows: Matrix;
  /** N × P */
  certainty: Matrix;
  /** Mean of the expected squared errors, and of the true ones. */
  expectedError: number;
  trueError: number;
  /** Rank correlation is too much to ask of single logits; this is the plain one over logits. */
  errorCorrelation: number;
  /** Time to choose and to complete, per model. */
  millisecondsPerModel: number;
}

/** @param truth N × P descriptors of the fully probed models, in the same order */
export function completeModels(
  models: ModelResponses[],
  truth: Matrix,
  prior: ResponsePrior | null,
  scheme: (raw: Matrix) => Uint32Array,
): CompletedGallery {
  const rows: Matrix = { ...truth, data: new Float32Array(truth.data.length) };
  const certainty: Matrix = { ...truth, data: new Float32Array(truth.data.length) };
  const expected: number[] = [];
  const actual: number[] = [];
  const started = performance.now();
  let first = 0;
  for (const { raw } of models) {
    const completed = completeDescriptors(masked(raw, scheme(raw)), prior);
    rows.data.set(completed.rows.data, first * truth.columns);
    for (let output = 0; output < raw.rows; output++) {
      rowOf(certainty, first + output).set(completed.certainty);
      expected.push(completed.errors[output]);
      actual.push(meanSquare(rowOf(completed.rows, output), rowOf(truth, first + output)));
    }
    first += raw.rows;
  }
  const milliseconds = performance.now() - started;
  return {
    rows,
    certainty,
    expectedError: mean(expected),
    trueError: mean(actual),
    errorCorrelation: correlation(expected, actual),
    millisecondsPerModel: milliseconds / models.length,
  };
}

/** A scheme for one budget. */
export function ofShare(scheme: Scheme, prior: ResponsePrior, share: number): (raw: Matrix) => Uint32Array {
  const most = Math.round(share * prior.probes);
  return (raw) => scheme(prior, raw, most);
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += (a[place] - b[place]) ** 2;
  return sum / a.length;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(a: number[], b: number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const together = mean(a.map((value, place) => (value - meanA) * (b[place] - meanB)));
  return together / Math.sqrt(mean(a.map((x) => (x - meanA) ** 2)) * mean(b.map((x) => (x - meanB) ** 2)));
}
