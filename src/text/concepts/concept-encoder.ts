import { LRUCache } from 'lru-cache';
import { conceptContrast, conceptQuery, type Matrix, sharpen, timesVector } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import { SingleFlight } from '../../lib/single-flight.js';
import type { TextEncoder } from '../encoder/text-encoder.js';
import { EVERYDAY_VOCABULARY } from '../vocabulary/everyday-vocabulary.js';
import { ensureBackground, type StoredBackground } from './background/ensure-background.js';
import { shownShare } from './background/shown-share.js';
import { embedConcepts, PROMPTS } from './embed-concepts.js';
import { createImageEmbedder, type QueryImage } from './image-embedder.js';
import { normalizeConcept } from './normalize-concept.js';
import { type EmbeddingStore, ensureProbeEmbeddings } from './probe-embeddings.js';

const MAX_BYTES = 64 * 2 ** 20;
const MAX_PROBE_SETS = 8;
/** Sharpness of a query by image, see `sharpen`. */
export const IMAGE_SHARPNESS = 1;

/** A concept or an image as the probes of a set see it. */
export interface ConceptVectors {
  /** P cosines with the probes. */
  cosines: Float32Array;
  /** P weights, see `conceptQuery`. */
  weights: Float32Array;
  background: {
    of: 'TEXT' | 'IMAGE';
    /** See `shownShare`. */
    shown: number;
    /** See {@link Vocabulary}. */
    vocabularyPath: string;
  };
}

/** Names for outputs. */
export interface Vocabulary {
  names: readonly string[];
  /** A `.npy` file, float32, V × P: each name's weights. */
  path: string;
}

/** Encodes concepts and images as vectors over the probes of a set, and caches them. */
export interface ConceptEncoder {
  /**
   * @param signal aborts the call; encoding stops unless another caller waits for the same concept
   * @throws ProbelogError CONCEPT_EMPTY, CONCEPT_TOO_LONG, INPUT_INVALID, TEXT_ENCODER_UNAVAILABLE
   */
  vectors(text: string, probeSet: { id: string }, signal?: AbortSignal): Promise<ConceptVectors>;
  /**
   * Encodes an image by its similarity to the probes, without running a model on it.
   *
   * @param signal see `vectors`
   * @throws ProbelogError INPUT_INVALID, PROBE_IMAGE_INVALID, TEXT_ENCODER_UNAVAILABLE
   */
  imageVectors(image: QueryImage, probeSet: { id: string }, signal?: AbortSignal): Promise<ConceptVectors>;
  /** @throws ProbelogError TEXT_ENCODER_UNAVAILABLE */
  vocabulary(probeSet: { id: string }): Promise<Vocabulary>;
}

/** What a concept encoder needs. */
export interface ConceptOptions {
  store: EmbeddingStore;
  encoder: TextEncoder;
  /** Folder for derived files, which may be deleted at any time. */
  folder: string;
  vocabulary?: readonly string[];
}

/** Creates a concept encoder for one text encoder. Concurrent calls for the same concept compute it once. */
export function createConceptEncoder({
  store,
  encoder,
  folder,
  vocabulary = EVERYDAY_VOCABULARY,
}: ConceptOptions): ConceptEncoder {
  const images = new LRUCache<string, Matrix>({
    max: MAX_PROBE_SETS,
    fetchMethod: (id) => ensureProbeEmbeddings({ store, encoder }, { id }),
  });
  const backgrounds = new LRUCache<string, StoredBackground>({
    max: MAX_PROBE_SETS,
    fetchMethod: async (id) => ensureBackground({ encoder, folder, vocabulary }, await images.forceFetch(id)),
  });
  const embedImage = createImageEmbedder(encoder);
  const concepts = new LRUCache<string, ConceptVectors>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ cosines, weights }, key) => cosines.byteLength + weights.byteLength + 2 * key.length,
  });
  const inFlight = new SingleFlight<ConceptVectors>();

  async function encode(concept: string, id: string, signal: AbortSignal): Promise<ConceptVectors> {
    const { data: embedding } = await embedConcepts(encoder, [concept], PROMPTS, signal);
    const background = await backgrounds.forceFetch(id);
    const { levels, regression, vocabularyPath } = background;
    const cosines = timesVector(await images.forceFetch(id), embedding);
    const contrast = conceptContrast(cosines, levels.data);
    const weights = conceptQuery(contrast, timesVector(regression, embedding));
    if (!weights) throw indistinct('concept');
    const shown = shownShare(background, 'TEXT', cosines);
    return { cosines, weights, background: { of: 'TEXT', shown, vocabularyPath } };
  }

  return {
    async vectors(text, { id }, signal) {
      const concept = normalizeConcept(text);
      const key = `${id}\0${concept}`;
      const cached = concepts.get(key);
      if (cached) return cached;
      const found = async (signal: AbortSignal) => {
        const vectors = await encode(concept, id, signal);
        concepts.set(key, vectors);
        return vectors;
      };
      return inFlight.run(key, found, signal);
    },
    async imageVectors(image, { id }, signal) {
      const embedding = await embedImage(image, signal);
      const cosines = timesVector(await images.forceFetch(id), embedding);
      const weights = sharpen(cosines, IMAGE_SHARPNESS);
      if (!weights) throw indistinct('image');
      const background = await backgrounds.forceFetch(id);
      const { vocabularyPath } = background;
      const shown = shownShare(background, 'IMAGE', cosines);
      return { cosines, weights, background: { of: 'IMAGE', shown, vocabularyPath } };
    },
    async vocabulary({ id }) {
      const { vocabularyPath: path } = await backgrounds.forceFetch(id);
      if (await exists(path)) return { names: vocabulary, path };
      // Derived files may be deleted at any time, so a missing one is computed again.
      const { vocabularyPath } = await backgrounds.forceFetch(id, { forceRefresh: true });
      return { names: vocabulary, path: vocabularyPath };
    },
  };
}

function indistinct(what: 'concept' | 'image'): ProbelogError {
  return new ProbelogError(
    'INPUT_INVALID',
    `The ${what} is equally near to all probes, so it matches nothing. Use another ${what}.`,
  );
}
