import {
  type Basis,
  basisRank,
  decodeFloat16,
  descriptors,
  encodeFloat16,
  fitBasis,
  type Matrix,
  rowOf,
  whitenedNorm,
  zscore,
} from '../../src/domain/index.js';
import { openMatrixProducts } from '../../src/search/matrix-products.js';
import type { HubModel } from './hub.js';

/** One logit of the gallery. */
export interface GalleryLogit {
  model: number;
  backbone: string;
  wnid: string;
}

/** Half a hub, ready to be searched by both methods. */
export interface BenchGallery {
  logits: GalleryLogit[];
  /** The paper's descriptors: raw responses, standardised. */
  plain: Matrix;
  /** Ours, as the product stores them: gauge-fixed, standardised, float16. */
  fixed: Matrix;
  basis: Basis;
  /** 1 / `whitenedNorm` of each row of `fixed`. */
  scales: Float32Array;
}

/**
 * @param chosen the models of this half
 * @param softmaxOnly gives every second model's responses as log-softmax, as models that end in a softmax do
 */
export async function buildGallery(
  responses: Matrix,
  chosen: HubModel[],
  softmaxOnly: boolean,
): Promise<BenchGallery> {
  const { columns } = responses;
  const total = chosen.reduce((sum, { logits }) => sum + logits.length, 0);
  const plain: Matrix = { rows: total, columns, data: new Float32Array(total * columns) };
  const fixed: Matrix = { rows: total, columns, data: new Float32Array(total * columns) };
  const logits: GalleryLogit[] = [];
  for (const [model, { firstRow, backbone, logits: own }] of chosen.entries()) {
    const data = responses.data.slice(firstRow * columns, (firstRow + own.length) * columns);
    const raw: Matrix = { rows: own.length, columns, data };
    const given = softmaxOnly && model % 2 === 1 ? logSoftmax(raw) : raw;
    const start = logits.length;
    fixed.data.set(descriptors(given).rows.data, start * columns);
    for (const [output, { wnid }] of own.entries()) {
      const standardised = zscore(rowOf(given, output));
      if (standardised) rowOf(plain, start + output).set(standardised);
      logits.push({ model, backbone, wnid });
    }
  }
  decodeFloat16(encodeFloat16(fixed.data), fixed.data);
  const products = await openMatrixProducts();
  const basis = await fitBasis({
    probes: columns,
    rank: basisRank(total, columns),
    seed: 1,
    version: 'bench',
    async multiply(block) {
      const product = await products.gram(fixed, block);
      return { ...product, data: product.data.map((value) => value / total) };
    },
  });
  const scales = Float32Array.from({ length: total }, (_, row) => {
    const norm = whitenedNorm(basis, rowOf(fixed, row));
    return norm === 0 ? 0 : 1 / norm;
  });
  return { logits, plain, fixed, basis, scales };
}

function logSoftmax({ rows, columns, data }: Matrix): Matrix {
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
