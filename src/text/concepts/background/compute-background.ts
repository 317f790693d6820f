import {
  conceptContrast,
  conceptQuery,
  type Matrix,
  regressionMatrix,
  rowOf,
  timesVector,
  vocabularyBackground,
} from '../../../domain/index.js';

/** What concepts are contrasted with, for one encoder and one probe set. */
export interface ConceptBackground {
  /** 1 × P, see `vocabularyBackground`. */
  levels: Matrix;
  /** P × d, see `regressionMatrix`. */
  regression: Matrix;
  /** V × P: the vocabulary as queries, for naming; 0 for a text that is equally near to all probes. */
  vocabulary: Matrix;
}

/**
 * Computes the background from embeddings. It takes seconds for thousands of texts and probes.
 *
 * @param images P × d unit rows
 * @param texts V × d unit rows, of the vocabulary
 */
export function computeBackground(images: Matrix, texts: Matrix): ConceptBackground {
  const probes = images.rows;
  const cosines: Matrix = { rows: texts.rows, columns: probes, data: new Float32Array(texts.rows * probes) };
  for (let text = 0; text < texts.rows; text++)
    rowOf(cosines, text).set(timesVector(images, rowOf(texts, text)));
  const background = vocabularyBackground(cosines);
  const regression = regressionMatrix(images);
  const vocabulary: Matrix = { ...cosines, data: new Float32Array(cosines.data.length) };
  for (let text = 0; text < texts.rows; text++) {
    const contrast = conceptContrast(rowOf(cosines, text), background);
    const weights = conceptQuery(contrast, timesVector(regression, rowOf(texts, text)));
    if (weights) rowOf(vocabulary, text).set(weights);
  }
  return { levels: { rows: 1, columns: probes, data: background }, regression, vocabulary };
}
