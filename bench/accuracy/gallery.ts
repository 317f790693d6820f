import {
  type Basis,
  basisRank,
  decodeFloat16,
  descriptors,
  encodeFloat16,
  fitBasis,
  fixGauge,
  type Matrix,
  rowOf,
  whiteningMatrix,
  zscore,
} from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { synonyms } from './hub.js';
import type { HubModel } from './hub-model.js';

/** One logit of the gallery. */
export interface GalleryLogit {
  model: number;
  backbone: string;
  /** What makes an answer right. */
  wnid: string;
  names: string[];
  accuracy?: number;
}

/** A model's raw responses with what is known of it, for judging only. */
export interface ModelResponses {
  model: HubModel;
  /** C × P */
  raw: Matrix;
}

/**
 * How responses become descriptors. RAW: as they are. PLAIN: the paper's, standardised. GAUGE: the mean over outputs
 * taken off first. SPREAD: and the spread. SHARP: and sharpened, as the product does it.
 */
export type DescriptorKind = 'RAW' | 'PLAIN' | 'GAUGE' | 'SPREAD' | 'SHARP';

/** So large that the spread over one probe's outputs no longer matters beside it. */
const MEAN_ONLY = 1e6;

/** Some models' logits under one kind of descriptor. */
export interface DescriptorGallery {
  logits: GalleryLogit[];
  /** N × P */
  rows: Matrix;
}

/** The same with a basis fitted to them. */
export interface BenchGallery extends DescriptorGallery {
  basis: Basis;
  /** N × r, unit rows: the index. */
  index: Matrix;
}

export function descriptorsOf(raw: Matrix, kind: DescriptorKind): Matrix {
  if (kind === 'RAW') return raw;
  if (kind === 'SHARP') {
    const { rows } = descriptors(raw);
    return { ...rows, data: decodeFloat16(encodeFloat16(rows.data)) };
  }
  const fixed = kind === 'PLAIN' ? raw : fixGauge(raw, kind === 'GAUGE' ? MEAN_ONLY : undefined);
  const standardised: Matrix = { ...raw, data: new Float32Array(raw.data.length) };
  for (let row = 0; row < raw.rows; row++) {
    const values = zscore(rowOf(fixed, row));
    if (values) rowOf(standardised, row).set(values);
  }
  return standardised;
}

/** Puts models together under one kind of descriptor. */
export function collectDescriptors(models: ModelResponses[], kind: DescriptorKind): DescriptorGallery {
  const columns = models[0].raw.columns;
  const total = models.reduce((sum, { raw }) => sum + raw.rows, 0);
  const rows: Matrix = { rows: total, columns, data: new Float32Array(total * columns) };
  const logits: GalleryLogit[] = [];
  for (const [place, { model, raw }] of models.entries()) {
    rows.data.set(descriptorsOf(raw, kind).data, logits.length * columns);
    for (const { wnid, label, accuracy } of model.logits)
      logits.push({ model: place, backbone: model.backbone, wnid, names: synonyms(label), accuracy });
  }
  return { logits, rows };
}

/** The same, with a basis fitted to them. */
export async function buildGallery(
  models: ModelResponses[],
  kind: DescriptorKind,
  products: MatrixProducts,
): Promise<BenchGallery> {
  const { logits, rows } = collectDescriptors(models, kind);
  const { rows: total, columns } = rows;
  const basis = await fitBasis({
    probes: columns,
    rank: basisRank(total, columns),
    seed: 1,
    version: 'bench',
    async multiply(block) {
      const product = await products.gram(rows, block);
      return { ...product, data: product.data.map((value) => value / total) };
    },
  });
  const index = await products.project(rows, whiteningMatrix(basis));
  for (let row = 0; row < index.rows; row++) {
    const vector = rowOf(index, row);
    const length = Math.hypot(...vector) || 1;
    for (let axis = 0; axis < vector.length; axis++) vector[axis] /= length;
  }
  return { logits, rows, basis, index };
}

/** Models that end in a softmax give this in place of their logits. */
export function logSoftmax({ rows, columns, data }: Matrix): Matrix {
  const result = new Float32Array(data.length);
  for (let column = 0; column < columns; column++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row++) largest = Math.max(largest, data[row * columns + column]);
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += Math.exp(data[row * columns + column] - largest);
    const normaliser = largest + Math.log(sum);
    for (let row = 0; row < rows; row++)
      result[row * columns + column] = data[row * columns + column] - normaliser;
  }
  return { rows, columns, data: result };
}
