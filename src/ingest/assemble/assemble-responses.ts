import {
  decodeFloat16,
  descriptors,
  encodeFloat16,
  encodeNpyHeader,
  looksLikeProbabilities,
  type Matrix,
  probabilitiesToLogits,
} from '../../domain/index.js';
import { float16Exponent, scaleByPowerOfTwo } from './float16-scale.js';

/** The stored form of one model's responses, and what was learnt while making it. */
export interface AssembledResponses {
  /** A `.npy` file: float16, C × P, row-major, scaled by a power of two. */
  file: Uint8Array;
  /** C */
  outputs: number;
  /** P */
  probes: number;
  /** LOG_PROBABILITIES when the model gave probabilities that could not be cut off. */
  responseKind: 'LOGITS' | 'LOG_PROBABILITIES';
  /** The probability that stands for 0 in LOG_PROBABILITIES. */
  logFloor: number | null;
  /** C flags: 1 for an output without a descriptor. */
  degenerate: Uint8Array;
}

/**
 * Makes the stored response matrix from what the model answered (design 3: raw responses are stored, everything
 * else is derived).
 *
 * @param responses C × P; changed in place
 * @param knownProbabilities the graph shows that they are probabilities; otherwise the values decide, since a graph can
 *   hide a normalisation
 */
export function assembleResponses(responses: Matrix, knownProbabilities: boolean): AssembledResponses {
  const uncut = knownProbabilities || looksLikeProbabilities(responses);
  const { logits, floor } = uncut ? probabilitiesToLogits(responses) : { logits: responses, floor: null };
  scaleByPowerOfTwo(logits.data, float16Exponent(logits.data));
  const header = encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [logits.rows, logits.columns] });
  const values = encodeFloat16(logits.data);
  // Judged on the stored values, as the gallery will judge them again.
  const { degenerate } = descriptors({ ...logits, data: decodeFloat16(values) });
  const file = new Uint8Array(header.length + values.byteLength);
  file.set(header);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  return {
    file,
    outputs: logits.rows,
    probes: logits.columns,
    responseKind: uncut ? 'LOG_PROBABILITIES' : 'LOGITS',
    logFloor: floor,
    degenerate,
  };
}
