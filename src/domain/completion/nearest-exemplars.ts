import { columnsOf, type Matrix, rowOf } from '../linalg/matrix.js';
import type { Exemplars } from './exemplars.js';

/** The exemplars that resemble one output most, by the cosine of the standardized responses to the probes that were run. */
export interface Nearest {
  /** Rows of the exemplars, in no order. */
  rows: Uint32Array;
  cosines: Float32Array;
}

/** Exemplars that are unpacked at a time. */
const BLOCK_ROWS = 128;
/** With more observed probes, candidates are found by so many of them, and compared by all. */
const PROBES_FOR_CANDIDATES = 128;
/** Candidates for each neighbor. */
const CANDIDATES = 4;

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
  const step = observed.length / PROBES_FOR_CANDIDATES;
  if (step <= 1.5) return scan(exemplars, observed, values, count);
  const places = Uint32Array.from({ length: PROBES_FOR_CANDIDATES }, (_, n) => Math.floor(n * step));
  const some = places.map((place) => observed[place]);
  const candidates = scan(
    exemplars,
    some,
    columnsOf(values, places),
    Math.min(exemplars.count, CANDIDATES * count),
  );
  const unpacked = new Float32Array(observed.length);
  return candidates.map(({ rows }, output) => {
    const largest = new Largest(count);
    const vector = rowOf(values, output);
    for (const row of rows) {
      unpackInto(unpacked, 0, exemplars, row, observed);
      let sum = 0;
      for (let place = 0; place < vector.length; place++) sum += unpacked[place] * vector[place];
      largest.offer(row, sum / vector.length);
    }
    return largest.found();
  });
}

/** Compares all exemplars with all outputs, a block of exemplars and four outputs at a time. */
function scan(exemplars: Exemplars, observed: Uint32Array, values: Matrix, count: number): Nearest[] {
  const length = observed.length;
  const found = Array.from({ length: values.rows }, () => new Largest(count));
  const block = new Float32Array(BLOCK_ROWS * length);
  for (let first = 0; first < exemplars.count; first += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, exemplars.count - first);
    for (let row = 0; row < rows; row++) unpackInto(block, row * length, exemplars, first + row, observed);
    for (let output = 0; output < values.rows; output += 4) {
      // The last four may repeat an output, whose copies are not kept.
      const [o0, o1, o2, o3] = [0, 1, 2, 3].map((n) => rowOf(values, Math.min(output + n, values.rows - 1)));
      const lanes = found.slice(output, output + 4);
      for (let row = 0; row < rows; row++) {
        const start = row * length;
        let [s0, s1, s2, s3] = [0, 0, 0, 0];
        for (let place = 0; place < length; place++) {
          const value = block[start + place];
          s0 += value * o0[place];
          s1 += value * o1[place];
          s2 += value * o2[place];
          s3 += value * o3[place];
        }
        lanes[0].offer(first + row, s0 / length);
        lanes[1]?.offer(first + row, s1 / length);
        lanes[2]?.offer(first + row, s2 / length);
        lanes[3]?.offer(first + row, s3 / length);
      }
    }
  }
  return found.map((largest) => largest.found());
}

/** An exemplar's responses to the observed probes, with mean 0 and deviation 1 over them. */
function unpackInto(
  target: Float32Array,
  to: number,
  { count, values }: Exemplars,
  row: number,
  observed: Uint32Array,
): void {
  const from = (row * values.length) / count;
  const { mean, deviation } = observedMoments(values, from, observed);
  for (let place = 0; place < observed.length; place++)
    target[to + place] = (values[from + observed[place]] - mean) / deviation;
}

/**
 * Mean and deviation of an exemplar's packed responses to the observed probes. The deviation is infinite where they are all the same:
 * then the exemplar resembles nothing.
 *
 * @param from where the exemplar begins
 */
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
  return { mean, deviation: Math.sqrt(squares / observed.length - mean * mean) || Number.POSITIVE_INFINITY };
}

/** Keeps the largest of many cosines. */
class Largest {
  private readonly rows: Uint32Array;
  private readonly cosines: Float32Array;
  /** Where the smallest kept one is. */
  private smallest = 0;
  private threshold = Number.NEGATIVE_INFINITY;

  constructor(count: number) {
    this.rows = new Uint32Array(count);
    this.cosines = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
  }

  offer(row: number, cosine: number): void {
    if (cosine <= this.threshold) return;
    this.rows[this.smallest] = row;
    this.cosines[this.smallest] = cosine;
    this.smallest = 0;
    for (let place = 1; place < this.cosines.length; place++)
      if (this.cosines[place] < this.cosines[this.smallest]) this.smallest = place;
    this.threshold = this.cosines[this.smallest];
  }

  found(): Nearest {
    return { rows: this.rows, cosines: this.cosines };
  }
}
