export { type ConceptBackground, computeBackground } from './concepts/background/compute-background.js';
export { embedVocabulary } from './concepts/background/ensure-background.js';
export { shownShare } from './concepts/background/shown-share.js';
export { checkEncoder, type EncoderCheck, everyNth } from './concepts/check-encoder.js';
export {
  type ConceptEncoder,
  type ConceptVectors,
  createConceptEncoder,
  IMAGE_SHARPNESS,
  type Vocabulary,
} from './concepts/concept-encoder.js';
export { embedConcepts, PROMPTS } from './concepts/embed-concepts.js';
export { MAX_IMAGE_BYTES, type QueryImage } from './concepts/image-embedder.js';
export { MAX_CONCEPT_LENGTH, normalizeConcept } from './concepts/normalize-concept.js';
export { type EmbeddingStore, ensureProbeEmbeddings } from './concepts/probe-embeddings.js';
export { missingHubFiles } from './encoder/encoder-files.js';
export { openTextEncoder, type TextEncoderOptions } from './encoder/open-text-encoder.js';
export { shipImages } from './encoder/shipped-embeddings.js';
export type { TextEncoder } from './encoder/text-encoder.js';
export { textEncoderOnDemand, unavailableTextEncoder } from './encoder/text-encoder.js';
export { EVERYDAY_VOCABULARY } from './vocabulary/everyday-vocabulary.js';
