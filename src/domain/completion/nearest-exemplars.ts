import { type Matrix, rowOf } from '../linalg/matrix.js';
import type { Exemplars } from './exemplars.js';

/** The exemplars that resemble one output most, by the cosine of the standardized responses to the probes that were run. */
export interface Nearest {
  /** Rows of the exemplars, in no order. */
  rows: Uint32Array;
  cosines: Float32Array;
}

/** Exemplars that are unpacked at a time. */
const BLOCK_ROWS = 256;
/** Smaller deviations are rounding noise. */
const MIN_DEVIATION = 1e-6;

/**
 * Finds the nearest exemplars of each output.
 *
 * @param observed n indices of probes that were run
 * @param values C × n responses to them, each row of mean 0 and deviation 1
 * @param count exemplars for each output, at most N
 */
export function nearestExemplars(
  exemplars: Exemplars,
  observed: Uint32Array,
  values: Matrix,
  count: number,
): Nearest[] {
  const { values: packed } = exemplars;
  const probes = packed.length / exemplars.count;
  const length = observed.length;
  const found = Array.from({ length: values.rows }, () => new Largest(count));
  const block = new Float32Array(BLOCK_ROWS * length);
  for (let first = 0; first < exemplars.count; first += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, exemplars.count - first);
    for (let row = 0; row < rows; row++)
      standardizeInto(block, row * length, packed, (first + row) * probes, observed);
    for (let output = 0; output < values.rows; output++) {
      const vector = rowOf(values, output);
      const largest = found[output];
      for (let row = 0; row < rows; row++)
        largest.offer(first + row, dotFrom(block, row * length, vector) / length);
    }
  }
  return found.map(({ rows, cosines }) => ({ rows, cosines }));
}

/** An exemplar's responses to the observed probes, with mean 0 and deviation 1. */
function standardizeInto(
  target: Float32Array,
  to: number,
  packed: Int8Array,
  from: number,
  observed: Uint32Array,
): void {
  const { mean, deviation } = observedMoments(packed, from, observed);
  for (let place = 0; place < observed.length; place++)
    target[to + place] = (packed[from + observed[place]] - mean) / deviation;
}

/** Mean and deviation of an exemplar's packed responses to the observed probes. @param from where the exemplar begins */
export function observedMoments(
  packed: Int8Array,
  from: number,
  observed: Uint32Array,
): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (let place = 0; place < observed.length; place++) {
    const value = packed[from + observed[place]];
    sum += value;
    squares += value * value;
  }
  const mean = sum / observed.length;
  return { mean, deviation: Math.sqrt(squares / observed.length - mean * mean) || MIN_DEVIATION };
}

function dotFrom(data: Float32Array, start: number, vector: Float32Array): number {
  const whole = vector.length - (vector.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let place = 0; place < whole; place += 4) {
    s0 += data[start + place] * vector[place];
    s1 += data[start + place + 1] * vector[place + 1];
    s2 += data[start + place + 2] * vector[place + 2];
    s3 += data[start + place + 3] * vector[place + 3];
  }
  for (let place = whole; place < vector.length; place++) s0 += data[start + place] * vector[place];
  return s0 + s1 + (s2 + s3);
}

/** Keeps the largest of many cosines. */
class Largest {
  rows: Uint32Array;
  cosines: Float32Array;
  private smallest = 0;

  constructor(private readonly count: number) {
    this.rows = new Uint32Array(count);
    this.cosines = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
  }

  offer(row: number, cosine: number): void {
    if (cosine <= this.cosines[this.smallest]) return;
    this.rows[this.smallest] = row;
    this.cosines[this.smallest] = cosine;
    this.smallest = 0;
    for (let place = 1; place < this.count; place++)
      if (this.cosines[place] < this.cosines[this.smallest]) this.smallest = place;
  }
}
