import {
  CONTRAST_SHARPNESS,
  conceptContrast,
  conceptQuery,
  type Matrix,
  REGRESSION_SHARPNESS,
  rowOf,
  sharpen,
  stackRows,
  timesVector,
  vocabularyBackground,
  zscore,
} from '../../../src/domain/index.js';
import { type ConceptBackground, computeBackground, type TextEncoder } from '../../../src/text/index.js';

const IMAGES_AT_ONCE = 16;

/** What concepts are turned into queries with, for one probe set. */
export interface ConceptSpace {
  images: Matrix;
  background: ConceptBackground;
}

/** Concepts as rows of queries, one matrix for each way to make them. */
export interface ConceptRows {
  /** Cosines with the probes. */
  cosines: Matrix;
  /** The paper's: standardized. */
  standardized: Matrix;
  /** Sharpened cosines. */
  sharpened: Matrix;
  /** Sharpened contrast to the vocabulary. */
  contrast: Matrix;
  /** Sharpened regression. */
  regression: Matrix;
  /** Contrast and regression, as the product asks. */
  ours: Matrix;
  /** Of the texts; unit rows. */
  embeddings: Matrix;
  /** The shipped vocabulary, made as `ours`. */
  vocabulary: Matrix;
}

/** @param vocabulary embeddings of the vocabulary's texts */
export async function openConceptSpace(
  images: string[],
  encoder: TextEncoder,
  vocabulary: Matrix,
): Promise<ConceptSpace> {
  const rows: Float32Array[] = [];
  while (rows.length < images.length)
    rows.push(...(await encoder.embedImages(images.slice(rows.length, rows.length + IMAGES_AT_ONCE))));
  const embedded = stackRows(rows);
  return { images: embedded, background: computeBackground(embedded, vocabulary) };
}

/** The same space with the background of other texts. */
export function withBackground({ images, background }: ConceptSpace, texts: Matrix): ConceptSpace {
  const cosines = stackRows(
    Array.from({ length: texts.rows }, (_, text) => timesVector(images, rowOf(texts, text))),
  );
  const levels: Matrix = { rows: 1, columns: images.rows, data: vocabularyBackground(cosines) };
  return { images, background: { ...background, levels } };
}

/** @param embeddings of the concepts' texts */
export function conceptRows({ images, background }: ConceptSpace, embeddings: Matrix): ConceptRows {
  const levels = background.levels.data;
  const concepts = Array.from({ length: embeddings.rows }, (_, row) => {
    const embedding = rowOf(embeddings, row);
    const cosines = timesVector(images, embedding);
    const contrast = conceptContrast(cosines, levels);
    return { cosines, contrast, regression: timesVector(background.regression, embedding) };
  });
  type Concept = (typeof concepts)[number];
  const each = (make: (concept: Concept) => Float32Array | null) =>
    stackRows(concepts.map((concept) => make(concept) ?? new Float32Array(images.rows)));
  return {
    cosines: each(({ cosines }) => cosines),
    standardized: each(({ cosines }) => zscore(cosines)),
    sharpened: each(({ cosines }) => sharpen(cosines, CONTRAST_SHARPNESS)),
    contrast: each(({ contrast }) => sharpen(contrast, CONTRAST_SHARPNESS)),
    regression: each(({ regression }) => sharpen(regression, REGRESSION_SHARPNESS)),
    ours: each(({ contrast, regression }) => conceptQuery(contrast, regression)),
    embeddings,
    vocabulary: background.vocabulary,
  };
}
