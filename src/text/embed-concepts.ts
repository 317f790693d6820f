import { type Matrix, stackRows } from '../domain/index.js';
import type { TextEncoder } from './text-encoder.js';

/** Sentences that a concept is put into; their embeddings are averaged (design 3.4). */
export const PROMPTS = ['a photo of a {}', '{}'];

const CONCEPTS_AT_ONCE = 32;

/**
 * Embeddings of concepts: each put into all prompts, averaged, unit length.
 *
 * @param concepts normalised, see `normaliseConcept`
 * @param prompts sentences with `{}` for the concept
 * @returns one row a concept
 */
export async function embedConcepts(
  encoder: TextEncoder,
  concepts: readonly string[],
  prompts: readonly string[] = PROMPTS,
): Promise<Matrix> {
  const rows: Float32Array[] = [];
  for (let first = 0; first < concepts.length; first += CONCEPTS_AT_ONCE) {
    const batch = concepts.slice(first, first + CONCEPTS_AT_ONCE);
    const texts = batch.flatMap((concept) => prompts.map((prompt) => prompt.replace('{}', () => concept)));
    const embeddings = await encoder.embedTexts(texts);
    for (let place = 0; place < batch.length; place++)
      rows.push(unitMean(embeddings.slice(place * prompts.length, (place + 1) * prompts.length)));
  }
  return stackRows(rows);
}

function unitMean(vectors: Float32Array[]): Float32Array {
  const sum = Float32Array.from(vectors[0], (_, axis) =>
    vectors.reduce((total, vector) => total + vector[axis], 0),
  );
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}
