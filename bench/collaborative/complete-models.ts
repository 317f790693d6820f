import { completeDescriptors, type Matrix, type ResponsePrior, rowOf } from '../../src/domain/index.js';
import type { ModelResponses } from '../accuracy/data/gallery.js';
import { correlation, mean } from '../accuracy/statistics/correlation.js';
import { type Choice, masked } from './schemes.js';

/** All models of a gallery, partly probed and completed. */
export interface CompletedGallery {
  /** N × P descriptors. */
  rows: Matrix;
  /** For each of the N, how certain its P values are; those of one model share it. */
  certainties: Float32Array[];
  /** Mean of the expected squared errors, and of the true ones. */
  expectedError: number;
  trueError: number;
  /** Of the two, over logits. */
  errorCorrelation: number;
  /** Time to choose and to complete, per model. */
  millisecondsPerModel: number;
}

/**
 * @param truth N × P descriptors of the fully probed models, in the same order
 * @param priorOf what a model is completed with
 */
export function completeModels(
  models: ModelResponses[],
  truth: Matrix,
  priorOf: (model: ModelResponses) => ResponsePrior | null,
  choose: Choice,
): CompletedGallery {
  const rows: Matrix = { ...truth, data: new Float32Array(truth.data.length) };
  const certainties: Float32Array[] = [];
  const expected: number[] = [];
  const actual: number[] = [];
  const started = performance.now();
  let first = 0;
  for (const model of models) {
    const { raw } = model;
    const completed = completeDescriptors(masked(raw, choose(raw)), priorOf(model));
    rows.data.set(completed.rows.data, first * truth.columns);
    for (let output = 0; output < raw.rows; output++) {
      certainties.push(completed.certainty);
      expected.push(completed.errors[output]);
      actual.push(meanSquare(rowOf(completed.rows, output), rowOf(truth, first + output)));
    }
    first += raw.rows;
  }
  const milliseconds = performance.now() - started;
  return {
    rows,
    certainties,
    expectedError: mean(expected),
    trueError: mean(actual),
    errorCorrelation: correlation(expected, actual),
    millisecondsPerModel: milliseconds / models.length,
  };
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += (a[place] - b[place]) ** 2;
  return sum / a.length;
}
