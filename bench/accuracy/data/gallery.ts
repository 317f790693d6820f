import {
  type Basis,
  basisRank,
  fitBasis,
  type Matrix,
  unitRows,
  whiteningMatrix,
} from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { DescriptorKind } from '../measure/descriptor-kinds.js';
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

/** Puts models together under one kind of descriptor. */
export function collectDescriptors(models: ModelResponses[], kind: DescriptorKind): DescriptorGallery {
  const columns = models[0].raw.columns;
  const total = models.reduce((sum, { raw }) => sum + raw.rows, 0);
  const rows: Matrix = { rows: total, columns, data: new Float32Array(total * columns) };
  const logits: GalleryLogit[] = [];
  for (const [place, { model, raw }] of models.entries()) {
    rows.data.set(kind(raw).data, logits.length * columns);
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
  return indexed(collectDescriptors(models, kind), products);
}

/** Fits a basis to descriptors and makes the index. */
export async function indexed(gallery: DescriptorGallery, products: MatrixProducts): Promise<BenchGallery> {
  const basis = await basisOf(gallery.rows, products);
  const index = unitRows(await products.project(gallery.rows, whiteningMatrix(basis)));
  return { ...gallery, basis, index };
}

/** A basis of some descriptors, as the product fits it. */
export function basisOf(rows: Matrix, products: MatrixProducts, rank?: number): Promise<Basis> {
  return fitBasis({
    probes: rows.columns,
    rank: rank ?? basisRank(rows.rows, rows.columns),
    seed: 1,
    version: 'bench',
    async multiply(block) {
      const product = await products.gram(rows, block);
      return { ...product, data: product.data.map((value) => value / rows.rows) };
    },
    product: products.project,
  });
}

/** Models that end in a softmax give this in place of their logits. */
export function logSoftmax({ rows, columns, data }: Matrix): Matrix {
  const result = new Float32Array(data.length);
  for (let column = 0; column < columns; column++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row++) largest = Math.max(largest, data[row * columns + column]);
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += Math.exp(data[row * columns + column] - largest);
    const normalizer = largest + Math.log(sum);
    for (let row = 0; row < rows; row++)
      result[row * columns + column] = data[row * columns + column] - normalizer;
  }
  return { rows, columns, data: result };
}
