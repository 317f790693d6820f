import { dot, type Matrix, rowOf } from '../domain/index.js';
import type { TextEncoder } from './text-encoder.js';

/** Sentences that a concept is put into; their embeddings are averaged (design 3.4). */
export const PROMPTS = ['a photo of a {}', '{}'];

/**
 * The cosine of a concept with each probe: prompts embedded, averaged, unit length, compared.
 *
 * @param concept normalised, see `normaliseConcept`
 * @param images P unit rows, of the same encoder
 * @returns P cosines
 */
export async function conceptCosines(
  encoder: TextEncoder,
  concept: string,
  images: Matrix,
): Promise<Float32Array> {
  const embeddings = await encoder.embedTexts(PROMPTS.map((prompt) => prompt.replace('{}', () => concept)));
  const mean = Float32Array.from(embeddings[0], (_, axis) =>
    embeddings.reduce((sum, vector) => sum + vector[axis], 0),
  );
  const length = Math.hypot(...mean);
  return Float32Array.from({ length: images.rows }, (_, probe) => dot(mean, rowOf(images, probe)) / length);
}
