import { setImmediate } from 'node:timers/promises';
import type { Matrix } from '../../domain/index.js';
import type { Nearest, OutputMatches } from '../search-query.js';

/** Rows before other calls get their turn. */
const TURN_ROWS = 256;
/** A cosine of 1 as a byte. */
const SCALE = 127;
/** No cosine: one of the two logits is degenerate. */
const NONE = -128;

/**
 * The nearest logit of the other model for each logit of two, and all cosines as bytes.
 *
 * @param similarities rows × columns cosines, NaN where a logit is degenerate
 * @throws the signal's reason
 */
export async function matchOutputs(
  { rows, columns, data }: Matrix,
  signal?: AbortSignal,
): Promise<OutputMatches> {
  const cells = new Int8Array(rows * columns).fill(NONE);
  const [ofRows, ofColumns] = [nothingNearest(rows), nothingNearest(columns)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cosine = data[row * columns + column];
      if (Number.isNaN(cosine)) continue;
      cells[row * columns + column] = Math.round(Math.max(-1, Math.min(1, cosine)) * SCALE);
      record(ofRows, row, column, cosine);
      record(ofColumns, column, row, cosine);
    }
    if ((row + 1) % TURN_ROWS > 0) continue;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return { rows, columns, cells, ofRows, ofColumns };
}

function nothingNearest(count: number): Nearest {
  return { places: new Int32Array(count).fill(-1), cosines: new Float32Array(count).fill(-Infinity) };
}

function record({ places, cosines }: Nearest, place: number, other: number, cosine: number): void {
  if (places[place] >= 0 && cosine <= cosines[place]) return;
  places[place] = other;
  cosines[place] = cosine;
}
