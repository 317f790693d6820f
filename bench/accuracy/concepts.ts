import {
  conceptContrast,
  conceptQuery,
  type Matrix,
  rowOf,
  sharpen,
  timesVector,
  zscore,
} from '../../src/domain/index.js';
import {
  type ConceptBackground,
  EVERYDAY_VOCABULARY,
  embedConcepts,
  prepareBackground,
  type TextEncoder,
} from '../../src/text/index.js';

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
  /** The paper's: standardised. */
  standardised: Matrix;
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

export async function openConceptSpace(images: string[], encoder: TextEncoder): Promise<ConceptSpace> {
  const rows: Float32Array[] = [];
  while (rows.length < images.length)
    rows.push(...(await encoder.embedImages(images.slice(rows.length, rows.length + IMAGES_AT_ONCE))));
  const embedded = stack(rows);
  const texts = await embedConcepts(encoder, EVERYDAY_VOCABULARY);
  return { images: embedded, background: prepareBackground(embedded, texts) };
}

export async function conceptRows(
  encoder: TextEncoder,
  { images, background }: ConceptSpace,
  concepts: string[],
): Promise<ConceptRows> {
  const embeddings = await embedConcepts(encoder, concepts);
  const each = (make: (embedding: Float32Array, cosines: Float32Array) => Float32Array | null) =>
    stack(
      concepts.map((_, row) => {
        const embedding = rowOf(embeddings, row);
        const values = timesVector(images, embedding);
        return make(embedding, values) ?? new Float32Array(images.rows);
      }),
    );
  const levels = background.levels.data;
  const regress = (embedding: Float32Array) => timesVector(background.regression, embedding);
  return {
    cosines: each((_, values) => values),
    standardised: each((_, values) => zscore(values)),
    sharpened: each((_, values) => sharpen(values, 1)),
    contrast: each((_, values) => sharpen(conceptContrast(values, levels), 1)),
    regression: each((embedding) => sharpen(regress(embedding), 0.7)),
    ours: each((embedding, values) => conceptQuery(conceptContrast(values, levels), regress(embedding))),
    embeddings,
    vocabulary: background.vocabulary,
  };
}

function stack(rows: Float32Array[]): Matrix {
  const columns = rows[0].length;
  const data = new Float32Array(rows.length * columns);
  for (const [row, values] of rows.entries()) data.set(values, row * columns);
  return { rows: rows.length, columns, data };
}
