import { LRUCache } from 'lru-cache';
import type { Matrix } from '../domain/index.js';
import { conceptCosines } from './concept-cosines.js';
import { normaliseConcept } from './normalise-concept.js';
import { type EmbeddingStore, ensureProbeEmbeddings } from './probe-embeddings.js';
import type { TextEncoder } from './text-encoder.js';

const MOST_BYTES = 64 * 2 ** 20;
const MOST_PROBE_SETS = 8;

/** Concepts as cosines with the probes of a set, kept while they are asked for. */
export interface Concepts {
  /**
   * @returns P cosines
   * @throws ProbelogError CONCEPT_EMPTY, CONCEPT_TOO_LONG, TEXT_ENCODER_UNAVAILABLE
   */
  cosines(text: string, probeSet: { id: string }): Promise<Float32Array>;
}

/** Looks concepts up under one encoder; equal questions asked at once are computed once. */
export function createConcepts({
  store,
  encoder,
}: {
  store: EmbeddingStore;
  encoder: TextEncoder;
}): Concepts {
  const images = new LRUCache<string, Matrix>({
    max: MOST_PROBE_SETS,
    fetchMethod: (id) => ensureProbeEmbeddings({ store, encoder }, { id }),
  });
  const cosines = new LRUCache<string, Float32Array, { id: string; concept: string }>({
    maxSize: MOST_BYTES,
    sizeCalculation: (values, key) => values.byteLength + 2 * key.length,
    fetchMethod: async (_key, _stale, { context: { id, concept } }) =>
      conceptCosines(encoder, concept, await images.forceFetch(id)),
  });
  return {
    cosines(text, { id }) {
      const concept = normaliseConcept(text);
      return cosines.forceFetch(`${id}\0${concept}`, { context: { id, concept } });
    },
  };
}
