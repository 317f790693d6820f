import { type Matrix, rowOf } from '../linalg/matrix.js';
import { fixGauge, type Responses } from './fix-gauge.js';
import { sharpen } from './sharpen.js';
import { zscore } from './zscore.js';

/** Sharpness of a descriptor. A larger value helps concepts a little and costs searches by logit (docs/accuracy.md). */
export const RESPONSE_SHARPNESS = 0.3;

/** The descriptors of one model version. */
export interface Descriptors {
  /** C × P; the row of a degenerate output is 0. */
  rows: Matrix;
  /** C flags: 1 where the output has no descriptor. */
  degenerate: Uint8Array;
}

/**
 * The responses of all outputs of a model, gauge-fixed and standardized over probes (docs/architecture.md, formulas 1
 * and 2): descriptors before sharpening, linear in the responses.
 *
 * An output is degenerate when its raw responses are constant or not finite. Fixing the gauge would give it the negative
 * of the other outputs, so raw responses decide.
 *
 * @param responses C × P raw responses; any positive scale and, unless multi-label, any offset common to a probe's outputs
 */
export function standardizedResponses(responses: Responses): Descriptors {
  return describeRows(responses, zscore);
}

/** The descriptors of all outputs of a model: sharpened {@link standardizedResponses}. @param responses C × P */
export function descriptors(responses: Responses): Descriptors {
  return describeRows(responses, (values) => sharpen(values, RESPONSE_SHARPNESS));
}

function describeRows(
  responses: Responses,
  make: (values: Float32Array) => Float32Array | null,
): Descriptors {
  const fixed = fixGauge(responses);
  const rows = { rows: fixed.rows, columns: fixed.columns, data: new Float32Array(fixed.data.length) };
  const degenerate = new Uint8Array(fixed.rows);
  for (let row = 0; row < fixed.rows; row++) {
    const made = zscore(rowOf(responses, row)) && make(rowOf(fixed, row));
    if (made) rowOf(rows, row).set(made);
    else degenerate[row] = 1;
  }
  return { rows, degenerate };
}
