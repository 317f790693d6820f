import { zscore } from './zscore.js';

/** Sharpness t of {@link sharpenConcept}; design 3.4. */
export const CONCEPT_SHARPNESS = 1;

/**
 * Weights of the probes for a concept: `zscore(exp(t · zscore(c)))`, design 3.4.
 *
 * Soft weights over all probes take the place of the paper's hard k. The cosines are standardised first, so that no
 * constant of the encoder's scale is left in them.
 *
 * @param cosines P cosines of the concept with the probes
 * @returns P weights, or null when the concept tells no probe from another
 */
export function sharpenConcept(cosines: Float32Array, sharpness = CONCEPT_SHARPNESS): Float32Array | null {
  const standardised = zscore(cosines);
  return standardised && zscore(standardised.map((value) => Math.exp(sharpness * value)));
}
