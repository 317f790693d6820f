import { decodeMatrix, encodeMatrix, type Matrix, stackRows } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import { shippedImages } from '../encoder/shipped-embeddings.js';
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
    checkedPath(digest: string): Promise<string>;
    put(content: Uint8Array): Promise<{ digest: string }>;
    readAll(digest: string): Promise<Uint8Array>;
  };
}

/**
 * The image embeddings of a probe set under an encoder: computed once, or shipped with the encoder, then read from the store. When the stored file is missing or
 * damaged, they are computed again.
 *
 * @returns P unit rows
 * @throws ProbelogError BLOB_MISSING when an image is missing or damaged, TEXT_ENCODER_UNAVAILABLE, STORAGE_FULL
 */
export async function ensureProbeEmbeddings(
  { store, encoder }: { store: EmbeddingStore; encoder: TextEncoder },
  probeSet: { id: string },
  onProgress?: (done: number, total: number) => void,
): Promise<Matrix> {
  const encoderId = await encoder.id();
  const stored = await store.probeSets.embedding(probeSet.id, encoderId);
  const whole = stored && (await store.blobs.readAll(stored.digest).catch(unlessDamaged));
  if (whole) return decodeMatrix(whole);
  const probes = await store.probeSets.probes(probeSet.id);
  const digests = probes.map(({ digest }) => digest);
  const shipped = await encoder.shippedEmbeddings();
  const embeddings =
    (shipped && (await shippedImages(shipped, encoderId, digests))) ||
    (await embedProbes({ store, encoder }, digests, onProgress));
  const { digest } = await store.blobs.put(encodeMatrix(embeddings));
  await store.probeSets.saveEmbedding(probeSet.id, encoderId, { digest, dimensions: embeddings.columns });
  return embeddings;
}

async function embedProbes(
  { store, encoder }: { store: EmbeddingStore; encoder: TextEncoder },
  digests: readonly string[],
  onProgress?: (done: number, total: number) => void,
): Promise<Matrix> {
  const rows: Float32Array[] = [];
  while (rows.length < digests.length) {
    const batch = digests.slice(rows.length, rows.length + BATCH_IMAGES);
    const paths = await Promise.all(batch.map((digest) => store.blobs.checkedPath(digest)));
    rows.push(...(await encoder.embedImages(paths)));
    onProgress?.(rows.length, digests.length);
  }
  return stackRows(rows);
}

function unlessDamaged(thrown: unknown): null {
  if (thrown instanceof ProbelogError && thrown.code === 'BLOB_MISSING') return null;
  throw thrown;
}
