/** How a TensorProto holds elements of one type. */
export interface ElementType {
  name: string;
  /** Bits per element in raw_data; 0: never stored there. */
  bits: number;
  /** The field of TensorProto that may hold them instead. */
  field: number;
  /** Numbers per element in that field. */
  each: number;
}

// Fields of TensorProto
export const FLOAT_DATA = 4;
export const INT32_DATA = 5;
export const STRING_DATA = 6;
export const INT64_DATA = 7;
export const RAW_DATA = 9;
export const DOUBLE_DATA = 10;
export const UINT64_DATA = 11;

/** By TensorProto.DataType. Elements smaller than a byte are packed, in either field. */
export const ELEMENT_STORAGE: ReadonlyMap<number, ElementType> = new Map([
  [1, type('float32', 32, FLOAT_DATA)],
  [2, type('uint8', 8, INT32_DATA)],
  [3, type('int8', 8, INT32_DATA)],
  [4, type('uint16', 16, INT32_DATA)],
  [5, type('int16', 16, INT32_DATA)],
  [6, type('int32', 32, INT32_DATA)],
  [7, type('int64', 64, INT64_DATA)],
  [8, type('string', 0, STRING_DATA)],
  [9, type('bool', 8, INT32_DATA)],
  [10, type('float16', 16, INT32_DATA)],
  [11, type('float64', 64, DOUBLE_DATA)],
  [12, type('uint32', 32, UINT64_DATA)],
  [13, type('uint64', 64, UINT64_DATA)],
  [14, type('complex64', 64, FLOAT_DATA, 2)],
  [15, type('complex128', 128, DOUBLE_DATA, 2)],
  [16, type('bfloat16', 16, INT32_DATA)],
  [17, type('float8e4m3fn', 8, INT32_DATA)],
  [18, type('float8e4m3fnuz', 8, INT32_DATA)],
  [19, type('float8e5m2', 8, INT32_DATA)],
  [20, type('float8e5m2fnuz', 8, INT32_DATA)],
  [21, type('uint4', 4, INT32_DATA, 1 / 2)],
  [22, type('int4', 4, INT32_DATA, 1 / 2)],
  [23, type('float4e2m1', 4, INT32_DATA, 1 / 2)],
  [24, type('float8e8m0', 8, INT32_DATA)],
  [25, type('uint2', 2, INT32_DATA, 1 / 4)],
  [26, type('int2', 2, INT32_DATA, 1 / 4)],
] as const);

function type(name: string, bits: number, field: number, each = 1): ElementType {
  return { name, bits, field, each };
}
