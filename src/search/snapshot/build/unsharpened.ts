import {
  fitUnsharpening,
  type Matrix,
  RESPONSE_SHARPNESS,
  rowOf,
  type Unsharpening,
  unsharpenRows,
} from '../../../domain/index.js';

/**
 * Reads the standardized responses that a gallery's descriptors were made from. How each row is undone is found once
 * and kept, for a fit reads its rows again and again.
 */
export function unsharpenedReader(read: (rows: Uint32Array) => Matrix): (rows: Uint32Array) => Matrix {
  const cache = new Map<number, Unsharpening>();
  return (chosen) => {
    const descriptors = read(chosen);
    const unsharpenings = Array.from(chosen, (row, place) => {
      const found = cache.get(row) ?? fitUnsharpening(rowOf(descriptors, place), RESPONSE_SHARPNESS);
      cache.set(row, found);
      return found;
    });
    return unsharpenRows(descriptors, RESPONSE_SHARPNESS, unsharpenings);
  };
}
