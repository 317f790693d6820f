import type { Matrix } from '../../../domain/index.js';
import type { MatrixProducts } from '../../matrix-products.js';

/** `XᵀX·block / N` over some rows of a gallery, read block by block; for `FitOptions.multiply`. */
export function blockwiseGram(
  products: MatrixProducts,
  read: (rows: Uint32Array) => Matrix,
  rows: Uint32Array,
  blockRows: number,
): (block: Matrix) => Promise<Matrix> {
  return async (block) => {
    const sum = new Float32Array(block.data.length);
    for (let first = 0; first < rows.length; first += blockRows) {
      const { data } = await products.gram(read(rows.subarray(first, first + blockRows)), block);
      for (let place = 0; place < sum.length; place++) sum[place] += data[place] / rows.length;
    }
    return { ...block, data: sum };
  };
}
