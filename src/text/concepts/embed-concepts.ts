import { type Matrix, stackRows } from '../../domain/index.js';
import type { TextEncoder } from '../encoder/text-encoder.js';

/** Prompts for a concept; their embeddings are averaged (docs/accuracy.md). */
export const PROMPTS = ['a photo of a {}', '{}'];

const BATCH_TEXTS = 64;

/**
 * Embeds concepts: for each, the unit mean of the embeddings of all prompts.
 *
 * @param concepts normalized, see `normalizeConcept`
 * @param prompts sentences with `{}` for the concept
 * @param signal when it aborts, no further batch starts
 * @returns one row per concept, d columns
 */
export async function embedConcepts(
  encoder: TextEncoder,
  concepts: readonly string[],
  prompts: readonly string[] = PROMPTS,
  signal?: AbortSignal,
): Promise<Matrix> {
  const texts = concepts.flatMap((concept) => prompts.map((prompt) => prompt.replace('{}', () => concept)));
  // Encoders pad a batch to its longest text, so texts of similar length are batched together: a fifth less work.
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
