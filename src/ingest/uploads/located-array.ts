/** Types of the numbers that an upload may hold. */
export type NumberType = 'float16' | 'bfloat16' | 'float32' | 'float64';

export const BYTES_OF: Readonly<Record<NumberType, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
};

/** Where in a file an array lies, and how. */
export interface LocatedArray {
  type: NumberType;
  bigEndian: boolean;
  /** Whether the first index is the one that changes fastest. */
  fortranOrder: boolean;
  shape: number[];
  /** Of the first value in the file. */
  offset: number;
  /** Of all values. */
  bytes: number;
}
