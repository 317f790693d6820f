import {
  ConditionedPrior,
  collectExemplars,
  columnsOf,
  dOptimalProbes,
  dot,
  EXPECTED_ERROR_BUDGET,
  fitUnsharpening,
  leadingColumns,
  type Matrix,
  mostLikelyIndex,
  type PriorShape,
  RESPONSE_SHARPNESS,
  type ResponsePrior,
  rowOf,
  type Unsharpening,
  unsharpenRows,
} from '../../../domain/index.js';
import { type FittedFamily, fitFamilies, type PriorTask, withProbeOrder, withRidge } from './fit-families.js';

/** Cross-validation holds out every fifth model, with a limit on models and on outputs of each. */
const HELD_OUT_EVERY = 5;
const MAX_HELD_OUT = 40;
const MAX_OUTPUTS = 24;
const PROBES_FOR_FAMILY = 120;
const DIRECTIONS = [75, 150, 300];
const RIDGES = [0.02, 0.05, 0.1, 0.2];

/**
 * Fits the prior that completes partly probed models. Cross-validation chooses the number of directions and the ridge
 * that complete held-out models best from a third of their probes; then the prior is fitted to all models
 * (docs/collaborative-probing.md).
 *
 * @param gallery `read` returns descriptors
 */
export async function fitPrior(gallery: PriorTask): Promise<ResponsePrior> {
  const task = { ...gallery, read: unsharpenedReader(gallery.read) };
  const { basis, models } = task;
  const { shape, expectedError } = await chooseShape(task);
  const families = withProbeOrder(await fitFamilies({ ...task, shape }));
  const logits = models.reduce((sum, { length }) => sum + length, 0);
  const exemplars = collectExemplars(models, basis.probes, task.read);
  return { version: basis.version, probes: basis.probes, logits, shape, expectedError, families, exemplars };
}

async function chooseShape(task: PriorTask): Promise<{ shape: PriorShape; expectedError: number }> {
  const isHeldOut = (place: number) => place % HELD_OUT_EVERY === 0;
  const training = task.models.filter((_, place) => !isHeldOut(place));
  const heldOut = task.models.filter((_, place) => isHeldOut(place)).slice(0, MAX_HELD_OUT);
  const widest: PriorShape = { directions: DIRECTIONS[DIRECTIONS.length - 1], ridge: 0 };
  if (training.length === 0) return { shape: widest, expectedError: 1 };
  const families = await fitFamilies({ ...task, models: training, shape: widest });
  const order = dOptimalProbes(families[0], Math.ceil(EXPECTED_ERROR_BUDGET * task.basis.probes));
  const responses = heldOut.map((rows) => task.read(rows.slice(0, MAX_OUTPUTS)));
  let best = { shape: widest, expectedError: Number.POSITIVE_INFINITY };
  for (const directions of DIRECTIONS) {
    for (const ridge of RIDGES) {
      const shape = { directions, ridge };
      const shaped = families.map((family) => truncated(family, shape));
      const expectedError = meanError(shaped, responses, order);
      if (expectedError < best.expectedError) best = { shape, expectedError };
    }
  }
  return best;
}

/** A family with fewer directions; the variance along the others becomes noise. */
function truncated({ factor, noise }: FittedFamily, { directions, ridge }: PriorShape): FittedFamily {
  const kept = leadingColumns(factor, Math.min(directions, factor.columns));
  const variances = noise.map((value, probe) => {
    const dropped = rowOf(factor, probe).subarray(kept.columns);
    return value + dot(dropped, dropped);
  });
  return withRidge({ factor: kept, noise: variances }, ridge);
}

/** Mean squared error per probe of models completed from the probes in `order`. */
function meanError(families: FittedFamily[], models: Matrix[], order: Uint32Array): number {
  const conditioned = families.map((family) => new ConditionedPrior(family, order));
  const some = order.slice(0, PROBES_FOR_FAMILY);
  const onSome = families.map((family) => new ConditionedPrior(family, some));
  const errors = models.map((responses) => {
    const likeliest = conditioned[mostLikelyIndex(onSome, columnsOf(responses, some))];
    const ofOutputs = Array.from({ length: responses.rows }, (_, row) =>
      squaredError(likeliest, rowOf(responses, row), order),
    );
    return meanOf(ofOutputs);
  });
  return meanOf(errors);
}

function squaredError(conditioned: ConditionedPrior, truth: Float32Array, order: Uint32Array): number {
  const { completed } = conditioned.estimate(Float32Array.from(order, (probe) => truth[probe]));
  let sum = 0;
  for (let probe = 0; probe < truth.length; probe++) sum += (completed[probe] - truth[probe]) ** 2;
  return sum / truth.length;
}

function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Reads the standardized responses behind a gallery's descriptors. The parameters of each row's inverse are cached,
 * because a fit reads its rows many times.
 */
function unsharpenedReader(read: (rows: Uint32Array) => Matrix): (rows: Uint32Array) => Matrix {
  const cache = new Map<number, Unsharpening>();
  return (chosen) => {
    const descriptors = read(chosen);
    const unsharpenings = Array.from(chosen, (row, place) => {
      const found = cache.get(row) ?? fitUnsharpening(rowOf(descriptors, place), RESPONSE_SHARPNESS);
      cache.set(row, found);
      return found;
    });
    return unsharpenRows(descriptors, RESPONSE_SHARPNESS, unsharpenings);
  };
}
