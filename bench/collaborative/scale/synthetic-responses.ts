import { type Matrix, random } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';

/** Directions of a family; a third of them are those of every family. */
const DIRECTIONS = 150;
const SHARED = 50;
/** Of the variance of a response. */
const NOISE_SHARE = 0.15;
const SEED = 4_000;

/** Raw responses of models that never were, alike within families as heads on one backbone are. */
export interface MadeResponses {
  /** C × P of model number `model`; the same numbers for the same model. */
  of(model: number, outputs: number): Promise<Matrix>;
}

/**
 * Each family answers along directions of its own and some that all share, their variances falling as 1/j, plus noise;
 * model m is of family `m mod families`.
 */
export function makeResponses(products: MatrixProducts, probes: number, families: number): MadeResponses {
  const shared = directions(SEED, probes, 0, SHARED);
  const factors = Array.from({ length: families }, (_, family): Matrix => {
    const data = new Float32Array(DIRECTIONS * probes);
    data.set(shared);
    data.set(directions(SEED + 1 + family, probes, SHARED, DIRECTIONS), shared.length);
    return { rows: DIRECTIONS, columns: probes, data };
  });
  return {
    async of(model, outputs) {
      const next = random(SEED * 1_000 + model);
      const data = Float32Array.from({ length: outputs * DIRECTIONS }, () => normal(next));
      const coordinates: Matrix = { rows: outputs, columns: DIRECTIONS, data };
      const responses = await products.project(coordinates, factors[model % families]);
      const width = Math.sqrt(12 * NOISE_SHARE);
      for (let place = 0; place < responses.data.length; place++)
        responses.data[place] += (next() - 0.5) * width;
      return responses;
    },
  };
}

/** Directions `first` … `last` − 1, a row of P each, so that all of them together explain what noise does not. */
function directions(seed: number, probes: number, first: number, last: number): Float32Array {
  const next = random(seed);
  const data = new Float32Array((last - first) * probes);
  for (let place = 0; place < data.length; place++)
    data[place] = normal(next) * deviationOf(first + Math.floor(place / probes));
  return data;
}

const HARMONIC = Array.from({ length: DIRECTIONS }, (_, place) => 1 / (1 + place)).reduce((a, b) => a + b);

/** Shared and own directions alternate in size: the largest of both are large. */
function deviationOf(direction: number): number {
  const own = (direction - SHARED) * (DIRECTIONS / (DIRECTIONS - SHARED));
  const place = Math.floor(direction < SHARED ? direction * (DIRECTIONS / SHARED) : own);
  return Math.sqrt((1 - NOISE_SHARE) / (1 + place) / HARMONIC / 2);
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
