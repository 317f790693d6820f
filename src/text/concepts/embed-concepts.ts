import { type Matrix, stackRows } from '../../domain/index.js';
import type { TextEncoder } from '../encoder/text-encoder.js';

/** Sentences that a concept is put into; their embeddings are averaged (design 3.4). */
export const PROMPTS = ['a photo of a {}', '{}'];

const BATCH_TEXTS = 64;

/**
 * Embeddings of concepts: each put into all prompts, averaged, unit length.
 *
 * @param concepts normalized, see `normalizeConcept`
 * @param prompts sentences with `{}` for the concept
 * @param signal what has not begun when it aborts never does
 * @returns one row a concept
 */
export async function embedConcepts(
  encoder: TextEncoder,
  concepts: readonly string[],
  prompts: readonly string[] = PROMPTS,
  signal?: AbortSignal,
): Promise<Matrix> {
  const texts = concepts.flatMap((concept) => prompts.map((prompt) => prompt.replace('{}', () => concept)));
  // Encoders fill the texts of a batch up to its longest, so alike lengths go together: a fifth less work.
  const byLength = texts.map((_, place) => place).sort((a, b) => texts[b].length - texts[a].length);
  const embeddings: Float32Array[] = Array(texts.length);
  for (let first = 0; first < byLength.length; first += BATCH_TEXTS) {
    const places = byLength.slice(first, first + BATCH_TEXTS);
    const batch = await encoder.embedTexts(
      places.map((place) => texts[place]),
      signal,
    );
    for (const [at, place] of places.entries()) embeddings[place] = batch[at];
  }
  return stackRows(
    concepts.map((_, at) => unitMean(embeddings.slice(at * prompts.length, (at + 1) * prompts.length))),
  );
}

function unitMean(vectors: Float32Array[]): Float32Array {
  const sum = Float32Array.from(vectors[0], (_, axis) =>
    vectors.reduce((total, vector) => total + vector[axis], 0),
  );
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}
