import {
  completeDescriptors,
  decodeFloat16,
  descriptors,
  encodeFloat16,
  encodeNpyHeader,
  looksLikeProbabilities,
  type Matrix,
  probabilitiesToLogits,
  type ResponsePrior,
  withoutUnderflow,
} from '../../../domain/index.js';
import { float16Exponent, scaleByPowerOfTwo } from './float16-scale.js';
import type { SpooledResponses } from './read-spool.js';
import { spreadColumns } from './spread-columns.js';

/** The stored form of one model's responses, and what was learned while making it. */
export interface AssembledResponses {
  /** A `.npy` file: float16, C × P, row-major, scaled by a power of two; NaN where a probe was not run. */
  file: Uint8Array;
  /** C */
  outputs: number;
  /** P */
  probes: number;
  /** LOG_PROBABILITIES when the model gave probabilities that could not be cut off, or logarithms of some. */
  responseKind: 'LOGITS' | 'LOG_PROBABILITIES';
  /** The probability that stands for 0 in LOG_PROBABILITIES. */
  logFloor: number | null;
  /** C flags: 1 for an output without a descriptor. */
  degenerate: Uint8Array;
  /** Share of the probes that were run. */
  coverage: number;
  /** Expected errors of the C completed descriptors; null when nothing had to be completed. */
  errors: Float32Array | null;
}

/**
 * What responses are known to be, by a graph or by who uploaded them. Without it the values decide between logits and
 * probabilities, since a graph can hide a normalization.
 */
export type DeclaredKind = 'PROBABILITIES' | 'LOG_PROBABILITIES' | null;

/** What {@link assembleResponses} must know besides the responses. */
export interface AssembleFacts {
  declared: DeclaredKind;
  /** P */
  probes: number;
  /** By which the probes were chosen; null when all were run. */
  prior: ResponsePrior | null;
}

/**
 * Makes the stored response matrix from what the model answered (design 3: raw responses are stored, everything
 * else is derived).
 *
 * Everything is decided by the values of the probes that were run; only then do they take their places among all.
 *
 * @param observed changed in place
 */
export function assembleResponses(
  { observed, probes }: SpooledResponses,
  facts: AssembleFacts,
): AssembledResponses {
  const { logits, floor, normalized } = asLogits(observed, facts.declared);
  scaleByPowerOfTwo(logits.data, float16Exponent(logits.data));
  keepNaNForProbesNotRun(logits.data);
  const stored = spreadColumns(logits, probes, facts.probes);
  const header = encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [stored.rows, stored.columns] });
  const values = encodeFloat16(stored.data);
  // Judged on the stored values, as the gallery will judge them again.
  const kept = { ...stored, data: decodeFloat16(values) };
  const partial = probes.length < facts.probes;
  const completed = partial ? completeDescriptors(kept, facts.prior) : null;
  const { degenerate } = completed ?? descriptors(kept);
  const file = new Uint8Array(header.length + values.byteLength);
  file.set(header);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  return {
    file,
    outputs: stored.rows,
    probes: stored.columns,
    responseKind: normalized ? 'LOG_PROBABILITIES' : 'LOGITS',
    logFloor: floor,
    degenerate,
    coverage: probes.length / facts.probes,
    errors: completed?.errors ?? null,
  };
}

function asLogits(
  observed: Matrix,
  declared: DeclaredKind,
): { logits: Matrix; floor: number | null; normalized: boolean } {
  if (declared === 'LOG_PROBABILITIES') return { ...withoutUnderflow(observed), normalized: true };
  if (declared === 'PROBABILITIES' || looksLikeProbabilities(observed))
    return { ...probabilitiesToLogits(observed), normalized: true };
  return { logits: observed, floor: null, normalized: false };
}

/** A response that is not a number is stored as infinite, which has no descriptor either: NaN says that nothing ran. */
function keepNaNForProbesNotRun(responses: Float32Array): void {
  for (let index = 0; index < responses.length; index++)
    if (Number.isNaN(responses[index])) responses[index] = Number.POSITIVE_INFINITY;
}
