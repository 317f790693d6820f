export { type Concepts, createConcepts } from './concept-cache.js';
export { conceptCosines, PROMPTS } from './concept-cosines.js';
export { LONGEST_CONCEPT, normaliseConcept } from './normalise-concept.js';
export { openTextEncoder, type TextEncoderOptions } from './open-text-encoder.js';
export { type EmbeddingStore, ensureProbeEmbeddings } from './probe-embeddings.js';
export type { TextEncoder } from './text-encoder.js';
