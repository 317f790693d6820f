import {
  type Matrix,
  RESPONSE_SHARPNESS,
  rowOf,
  type Unsharpening,
  unsharpeningOf,
  unsharpenRows,
} from '../../../domain/index.js';

/**
 * Reads the standardized responses that a gallery's descriptors were made from. How each row is undone is found once
 * and kept, for a fit reads its rows again and again.
 */
export function unsharpened(read: (rows: Uint32Array) => Matrix): (rows: Uint32Array) => Matrix {
  const known = new Map<number, Unsharpening>();
  return (chosen) => {
    const descriptors = read(chosen);
    const how = Array.from(chosen, (row, place) => {
      const found = known.get(row) ?? unsharpeningOf(rowOf(descriptors, place), RESPONSE_SHARPNESS);
      known.set(row, found);
      return found;
    });
    return unsharpenRows(descriptors, RESPONSE_SHARPNESS, how);
  };
}
