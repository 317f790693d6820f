export { absentTextEncoder } from './absent-text-encoder.js';
export { type ConceptBackground, prepareBackground } from './background/prepare-background.js';
export {
  type Concepts,
  type ConceptVectors,
  createConcepts,
  PICTURE_SHARPNESS,
  type Vocabulary,
} from './concept-cache.js';
export { embedConcepts, PROMPTS } from './embed-concepts.js';
export { missingHubFiles } from './hub-cache.js';
export { LONGEST_CONCEPT, normaliseConcept } from './normalise-concept.js';
export { openTextEncoder, type TextEncoderOptions } from './open-text-encoder.js';
export { MOST_PICTURE_BYTES, type Picture } from './picture-embeddings.js';
export { type EmbeddingStore, ensureProbeEmbeddings } from './probe-embeddings.js';
export type { TextEncoder } from './text-encoder.js';
export { EVERYDAY_VOCABULARY } from './vocabulary/index.js';
