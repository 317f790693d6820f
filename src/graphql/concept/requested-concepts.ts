import type { ConceptEncoder } from '../../text/index.js';

/** The concepts for one request: texts and pictures that are not encoded yet when it ends are not. */
export function requestedConcepts(concepts: ConceptEncoder, signal: AbortSignal | undefined): ConceptEncoder {
  return {
    ...concepts,
    vectors: (text, probeSet) => concepts.vectors(text, probeSet, signal),
    imageVectors: (picture, probeSet) => concepts.imageVectors(picture, probeSet, signal),
  };
}
