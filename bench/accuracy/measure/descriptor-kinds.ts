import {
  decodeFloat16,
  descriptors,
  encodeFloat16,
  fixGauge,
  type Matrix,
  RESPONSE_SHARPNESS,
  rowOf,
  SPREAD_SHARE,
  sharpen,
  zscore,
} from '../../../src/domain/index.js';
import { byRank, signedPower } from './weightings.js';

/** How the raw responses of one model, C × P, become descriptors. */
export type DescriptorKind = (raw: Matrix) => Matrix;

/** So large that the spread over one probe's outputs no longer matters beside it. */
export const MEAN_ONLY = 1e6;

/** A gauge, and then what is made of each output's row. */
export function descriptorKind(
  spreadShare: number | null,
  ofRow: (values: Float32Array) => Float32Array | null,
): DescriptorKind {
  return (raw) => {
    const fixed = spreadShare === null ? raw : fixGauge(raw, spreadShare);
    const made: Matrix = { ...raw, data: new Float32Array(raw.data.length) };
    for (let row = 0; row < raw.rows; row++) {
      const values = ofRow(rowOf(fixed, row));
      if (values) rowOf(made, row).set(values);
    }
    return made;
  };
}

/** The steps from the paper's descriptor to the product's, and what else was tried. */
export const KINDS = {
  raw: (raw) => raw,
  /** The paper's. */
  plain: descriptorKind(null, zscore),
  gauge: descriptorKind(MEAN_ONLY, zscore),
  spread: descriptorKind(SPREAD_SHARE, zscore),
  'gauge+sharp': descriptorKind(MEAN_ONLY, (values) => sharpen(values, RESPONSE_SHARPNESS)),
  /** Both: the product's own, as it stores them. */
  sharp: (raw) => {
    const { rows } = descriptors(raw);
    return { ...rows, data: decodeFloat16(encodeFloat16(rows.data)) };
  },
  'spread+both-tails': descriptorKind(SPREAD_SHARE, (values) => signedPower(values, 1.5)),
  'spread+ranks': descriptorKind(SPREAD_SHARE, byRank),
} as const satisfies Record<string, DescriptorKind>;
