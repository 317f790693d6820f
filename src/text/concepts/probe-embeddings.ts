import { decodeMatrix, encodeMatrix, type Matrix, stackRows } from '../../domain/index.js';
import type { TextEncoder } from '../encoder/text-encoder.js';

const BATCH_IMAGES = 16;

/** The part of the store that this needs. */
export interface EmbeddingStore {
  probeSets: {
    probes(probeSetId: string): Promise<{ digest: string }[]>;
    embedding(probeSetId: string, encoderId: string): Promise<{ digest: string; dimensions: number } | null>;
    saveEmbedding(
      probeSetId: string,
      encoderId: string,
      stored: { digest: string; dimensions: number },
    ): Promise<void>;
  };
  blobs: {
    path(digest: string): string;
    put(content: Uint8Array): Promise<{ digest: string }>;
    readAll(digest: string): Promise<Uint8Array>;
  };
}

/**
 * The image embeddings of a probe set under an encoder: computed once, then read from the store.
 *
 * @returns P unit rows
 * @throws ProbelogError TEXT_ENCODER_UNAVAILABLE, STORAGE_FULL
 */
export async function ensureProbeEmbeddings(
  { store, encoder }: { store: EmbeddingStore; encoder: TextEncoder },
  probeSet: { id: string },
  onProgress?: (done: number, total: number) => void,
): Promise<Matrix> {
  const stored = await store.probeSets.embedding(probeSet.id, encoder.id);
  if (stored) return decodeMatrix(await store.blobs.readAll(stored.digest));
  const probes = await store.probeSets.probes(probeSet.id);
  const rows: Float32Array[] = [];
  while (rows.length < probes.length) {
    const batch = probes.slice(rows.length, rows.length + BATCH_IMAGES);
    rows.push(...(await encoder.embedImages(batch.map(({ digest }) => store.blobs.path(digest)))));
    onProgress?.(rows.length, probes.length);
  }
  const embeddings = stackRows(rows);
  const { digest } = await store.blobs.put(encodeMatrix(embeddings));
  await store.probeSets.saveEmbedding(probeSet.id, encoder.id, { digest, dimensions: embeddings.columns });
  return embeddings;
}
