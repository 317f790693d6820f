import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { encodeMatrix, type Matrix } from '../../../domain/index.js';
import { compiledEntry } from '../../../lib/compiled-entry.js';
import { callInThread } from '../../../lib/worker-calls.js';
import type { TextEncoder } from '../../encoder/text-encoder.js';
import { embedConcepts, PROMPTS } from '../embed-concepts.js';
import { cachedMatrix, readMatrix } from './cached-matrix.js';
import type { ConceptBackground, computeBackground } from './compute-background.js';

/** Increment it when the formulas change, so that older files are not used. */
const FORMAT = 1;

/** The thread that computes backgrounds. */
const ENTRY = compiledEntry(import.meta.url, './main.js');

interface BackgroundCalls {
  computeBackground: typeof computeBackground;
}

/** What a background is computed from, and where it is stored. */
export interface BackgroundOptions {
  encoder: TextEncoder;
  /** Folder for derived files, which may be deleted at any time. */
  folder: string;
  vocabulary: readonly string[];
}

/** A stored background. Other processes read the vocabulary's queries from their file. */
export interface StoredBackground extends Omit<ConceptBackground, 'vocabulary'> {
  vocabularyPath: string;
}

/** The background for a probe set's image embeddings: computed once, then read from files. */
export async function ensureBackground(
  { folder, ...options }: BackgroundOptions,
  images: Matrix,
): Promise<StoredBackground> {
  const texts = await embedVocabulary({ folder, ...options });
  const key = digest(FORMAT, encodeMatrix(texts), encodeMatrix(images));
  let computing: Promise<ConceptBackground> | undefined;
  const part = (name: keyof ConceptBackground) =>
    cachedMatrix(join(folder, `${name}-${key}.npy`), async () => {
      // Off the event loop, which it would block for seconds.
      computing ??= callInThread<BackgroundCalls>(ENTRY, 'computeBackground', [images, texts]);
      return (await computing)[name];
    });
  const levels = await part('levels');
  const regression = await part('regression');
  const textPeaks = await part('textPeaks');
  const imagePeaks = await part('imagePeaks');
  await part('vocabulary');
  return { levels, regression, textPeaks, imagePeaks, vocabularyPath: join(folder, `vocabulary-${key}.npy`) };
}

/** Embeddings of the vocabulary, the same for every probe set: computed once, or shipped with the encoder, then read from a file. */
export async function embedVocabulary({ encoder, folder, vocabulary }: BackgroundOptions): Promise<Matrix> {
  const name = `texts-${digest(await encoder.id(), PROMPTS, vocabulary)}.npy`;
  const shipped = await encoder.shippedEmbeddings();
  const known = shipped === null ? null : await readMatrix(join(shipped, name));
  return known ?? cachedMatrix(join(folder, name), () => embedConcepts(encoder, vocabulary));
}

function digest(...parts: (string | number | Uint8Array | readonly string[])[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const content = part instanceof Uint8Array ? part : JSON.stringify(part);
    hash.update(String(content.length)).update(':').update(content);
  }
  return hash.digest('hex').slice(0, 32);
}
