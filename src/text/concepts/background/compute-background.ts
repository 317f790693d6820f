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
  /** 1 × V, ascending: how far each text of the vocabulary rises above `levels` at the probe that shows it best. */
  textPeaks: Matrix;
  /** 1 × P, ascending: the cosine of each probe with the other that is nearest. */
  imagePeaks: Matrix;
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
  const textPeaks = new Float32Array(texts.rows);
  const vocabulary: Matrix = { ...cosines, data: new Float32Array(cosines.data.length) };
  for (let text = 0; text < texts.rows; text++) {
    const contrast = conceptContrast(rowOf(cosines, text), background);
    textPeaks[text] = largest(contrast);
    const weights = conceptQuery(contrast, timesVector(regression, rowOf(texts, text)));
    if (weights) rowOf(vocabulary, text).set(weights);
  }
  return {
    levels: row(background),
    regression,
    vocabulary,
    textPeaks: row(textPeaks.sort()),
    imagePeaks: row(nearestOthers(images).sort()),
  };
}

/** The largest of some values. Arguments of a function are too few for thousands. */
export function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

function nearestOthers(images: Matrix): Float32Array {
  return Float32Array.from({ length: images.rows }, (_, probe) => {
    const cosines = timesVector(images, rowOf(images, probe));
    cosines[probe] = Number.NEGATIVE_INFINITY;
    return largest(cosines);
  });
}

function row(data: Float32Array): Matrix {
  return { rows: 1, columns: data.length, data };
}
