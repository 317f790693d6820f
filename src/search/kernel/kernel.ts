import {
  add,
  advance,
  type Code,
  constant,
  get,
  loadInteger,
  multiply,
  set,
  simd,
  type WasmFunction,
  wasmModule,
  whileBelow,
} from './wasm.js';

/**
 * The inner loops of search, as WebAssembly: JavaScript has no vector instructions. Arguments are addresses, counts of bytes
 * and ends of ranges in the memory of an instance.
 */
export interface Kernel {
  /**
   * `out[i] = ⟨weights, row positions[i]⟩` of float16 rows, as float32, in four sums: of the columns 0, 4, 8, …, of the
   * columns 1, 5, 9, …, and so on. Four rows at a time, so the number of positions is a multiple of four.
   *
   * @param weights float32, in whole groups of four; zeros stand for columns behind the last
   */
  dotHalves(
    rows: number,
    rowBytes: number,
    positions: number,
    positionsEnd: number,
    weights: number,
    weightsEnd: number,
    out: number,
  ): void;
  /**
   * `out[i] = ⟨query, row positions[i]⟩` of rows of signed bytes, as 32-bit integers. Two rows at a time, so the number of
   * positions is even.
   *
   * @param rowBytes from one row to the next
   * @param usedBytes of each row that are multiplied, from its first on; a multiple of 16
   * @param query signed 16-bit integers, as many as bytes are used
   */
  dotCodes(
    rows: number,
    rowBytes: number,
    usedBytes: number,
    positions: number,
    positionsEnd: number,
    query: number,
    out: number,
  ): void;
  /**
   * `out[i] = ⟨vector, row i⟩` of float32 rows, as float32, in four sums. Four rows at a time, so the number of rows is a multiple
   * of four.
   *
   * @param rowBytes a multiple of 16
   */
  dotFloats(rows: number, rowsEnd: number, rowBytes: number, vector: number, out: number): void;
  /**
   * `out = X·Xᵀ` of float32 rows, on and above the diagonal; what lies below it is not defined.
   *
   * @param rowBytes a multiple of 16
   * @param outBytes of a row of `out`: 4 for each row of X, whose number is a multiple of 4
   */
  gram(rows: number, rowsEnd: number, rowBytes: number, out: number, outBytes: number): void;
}

/** A memory with the kernel that works on it. */
export interface KernelMemory {
  memory: WebAssembly.Memory;
  kernel: Kernel;
}

/** The part of the WebAssembly interface that is used; Node's types lack it. */
declare namespace WebAssembly {
  class Memory {
    constructor(pages: { initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory } });
    readonly exports: unknown;
  }
}

const PAGE_BYTES = 65_536;

/** @param bytes that the memory holds at least */
export function openKernel(bytes: number): KernelMemory {
  // The module asks for a page, also where nothing is to be computed.
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / PAGE_BYTES)) });
  return { memory, kernel: new WebAssembly.Instance(compiled, { env: { memory } }).exports as Kernel };
}

/** Grows a memory to at least so many bytes; earlier views of its buffer become empty. */
export function growMemory(memory: KernelMemory['memory'], bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}

/** The least multiple of a group that is not below a count. */
export function padded(count: number, group: number): number {
  return Math.ceil(count / group) * group;
}

/**
 * Writes positions of rows to the beginning of a memory, the first of them again until the last group is whole.
 *
 * @returns the address behind them
 */
export function writePositions(memory: ArrayBuffer, positions: Uint32Array, group: number): number {
  const called = new Uint32Array(memory, 0, padded(positions.length, group));
  called.set(positions);
  called.fill(positions[0], positions.length);
  return called.byteLength;
}

/** Moves sign, exponent and fraction of a sign-extended float16 to their places in a float32. */
const FLOAT16_SHIFT = 13;
const FLOAT16_BITS = 0x8fffe000;
/** What the shifted float16 must be multiplied with: the exponents' biases differ. */
export const FLOAT16_SCALE = 2 ** 112;

/** Moves the upper half of a vector to the lower. */
const HIGH_TO_LOW = simd.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
/** The lower and upper halves of two vectors of four numbers, one number of each in turn. */
const LOW_IN_TURN = simd.shuffle([0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]);
const HIGH_IN_TURN = simd.shuffle([8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31]);
/** Moves the second of four numbers to the first, and the last to the third. */
const SECOND_TO_FIRST = simd.shuffle([4, 5, 6, 7, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15]);
/** The lower halves of two vectors; the upper halves. */
const LOW_HALVES = simd.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
const HIGH_HALVES = simd.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31]);

function dotHalves(): WasmFunction {
  const [rows, rowBytes, positions, positionsEnd, weights, weightsEnd, out] = [0, 1, 2, 3, 4, 5, 6];
  const [weight, ...read] = [7, 8, 9, 10, 11];
  const [w, total, ...sums] = [12, 13, 14, 15, 16, 17];
  const addressOf = (place: number): Code => [
    [get(rows), get(positions), loadInteger(4 * place), get(rowBytes), multiply, add],
  ];
  const addFour = (row: number, sum: number): Code => [
    [get(sum), get(row), simd.load16x4(), constant(FLOAT16_SHIFT), simd.i32x4.shiftLeft],
    [simd.constant(FLOAT16_BITS), simd.and, get(w), simd.f32x4.multiply, simd.f32x4.add, set(sum)],
  ];
  const step: Code = [
    [get(weight), simd.load(), set(w)],
    read.map((row, place) => addFour(row, sums[place])),
    [...read.map((row) => advance(row, constant(8))), advance(weight, constant(16))],
  ];
  return {
    name: 'dotHalves',
    parameters: 7,
    integers: 5,
    vectors: 6,
    body: whileBelow(positions, positionsEnd, [
      [read.map((row, place) => [addressOf(place), set(row)]), get(weights), set(weight)],
      sums.map((sum) => [simd.constant(0), set(sum)]),
      whileBelow(weight, weightsEnd, step),
      sums.map((sum, place) => storeTotal(sum, total, out, place)),
      [advance(positions, constant(16)), advance(out, constant(16))],
    ]),
  };
}

/** Stores (s0 + s1) + (s2 + s3) of four sums. */
function storeTotal(sum: number, total: number, out: number, place: number): Code {
  return [
    [get(sum), get(sum), get(sum), SECOND_TO_FIRST, simd.f32x4.add, set(total)],
    [get(out), get(total), get(total), get(total), HIGH_TO_LOW, simd.f32x4.add],
    simd.storeLane32(4 * place, 0),
  ];
}

function dotFloats(): WasmFunction {
  const [rows, rowsEnd, rowBytes, vector, out] = [0, 1, 2, 3, 4];
  const [place, end, ...read] = [5, 6, 7, 8, 9, 10];
  const [v, total, ...sums] = [11, 12, 13, 14, 15, 16];
  const addFour = (row: number, sum: number): Code => [
    [get(sum), get(row), simd.load(), get(v), simd.f32x4.multiply, simd.f32x4.add, set(sum)],
  ];
  const step: Code = [
    [get(place), simd.load(), set(v)],
    read.map((row, at) => addFour(row, sums[at])),
    [...read, place].map((pointer) => advance(pointer, constant(16))),
  ];
  return {
    name: 'dotFloats',
    parameters: 5,
    integers: 6,
    vectors: 6,
    body: whileBelow(rows, rowsEnd, [
      [get(rows), set(read[0])],
      read.slice(1).map((row, at) => [get(read[at]), get(rowBytes), add, set(row)]),
      [get(read[1]), set(end), get(vector), set(place)],
      sums.map((sum) => [simd.constant(0), set(sum)]),
      whileBelow(read[0], end, step),
      sums.map((sum, at) => storeTotal(sum, total, out, at)),
      // The last pointer stands at the first of the next four rows.
      [get(read[3]), set(rows), advance(out, constant(16))],
    ]),
  };
}

function dotCodes(): WasmFunction {
  const [rows, rowBytes, usedBytes, positions, positionsEnd, query, out] = [0, 1, 2, 3, 4, 5, 6];
  const [first, second, end, place] = [7, 8, 9, 10];
  const [low, high, ...sums] = [11, 12, 13, 14];
  const addressOf = (index: number): Code => [
    [get(rows), get(positions), loadInteger(4 * index), get(rowBytes), multiply, add],
  ];
  const sixteenOf = (row: number, sum: number): Code => [
    [get(row), simd.load8x8(0), get(low), simd.i32x4.dotI16x8],
    [get(row), simd.load8x8(8), get(high), simd.i32x4.dotI16x8, simd.i32x4.add],
    [get(sum), simd.i32x4.add, set(sum)],
  ];
  const step: Code = [
    [get(place), simd.load(0), set(low), get(place), simd.load(16), set(high)],
    [sixteenOf(first, sums[0]), sixteenOf(second, sums[1])],
    [advance(first, constant(16)), advance(second, constant(16)), advance(place, constant(32))],
  ];
  const storeTotal = (sum: number, index: number): Code => [
    [get(sum), get(sum), get(sum), HIGH_TO_LOW, simd.i32x4.add, set(sum)],
    [get(out), get(sum), get(sum), get(sum), SECOND_TO_FIRST, simd.i32x4.add],
    simd.storeLane32(4 * index, 0),
  ];
  return {
    name: 'dotCodes',
    parameters: 7,
    integers: 4,
    vectors: 4,
    body: whileBelow(positions, positionsEnd, [
      [addressOf(0), set(first), addressOf(1), set(second), get(query), set(place)],
      [get(first), get(usedBytes), add, set(end)],
      sums.map((sum) => [simd.constant(0), set(sum)]),
      whileBelow(first, end, step),
      [storeTotal(sums[0], 0), storeTotal(sums[1], 1)],
      [advance(positions, constant(8)), advance(out, constant(8))],
    ]),
  };
}

function gram(): WasmFunction {
  const [rows, rowsEnd, rowBytes, out, outBytes] = [0, 1, 2, 3, 4];
  const [first, column, columnsEnd, target, a0, a1, end, ...columns] = [
    5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  ];
  const [x0, x1, y, ...sums] = [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26];
  const above = sums.slice(0, 4);
  const below = sums.slice(4);
  const rowAfter = (row: number): Code => [get(row), get(rowBytes), add];
  const addProduct = (sum: number, x: number): Code => [
    [get(sum), get(x), get(y), simd.f32x4.multiply, simd.f32x4.add, set(sum)],
  ];
  /** Four columns of the products of two rows with four. */
  const step: Code = [
    [get(a0), simd.load(), set(x0), get(a1), simd.load(), set(x1)],
    columns.map((other, place) => [
      [get(other), simd.load(), set(y), addProduct(above[place], x0), addProduct(below[place], x1)],
    ]),
    [a0, a1, ...columns].map((pointer) => advance(pointer, constant(16))),
  ];
  const inTurn = (a: number, b: number, sum: number): Code => [
    [get(a), get(b), LOW_IN_TURN, get(a), get(b), HIGH_IN_TURN, simd.f32x4.add, set(sum)],
  ];
  /** The four totals of four sums. */
  const storeTotals = ([a, b, c, d]: readonly number[]): Code => [
    [inTurn(a, b, x0), inTurn(c, d, x1), get(target)],
    [get(x0), get(x1), LOW_HALVES, get(x0), get(x1), HIGH_HALVES, simd.f32x4.add, simd.store()],
  ];
  const block: Code = [
    [get(first), set(a0), rowAfter(first), set(a1), get(a1), set(end), get(column), set(columns[0])],
    columns.slice(1).map((other, place) => [rowAfter(columns[place]), set(other)]),
    sums.map((sum) => [simd.constant(0), set(sum)]),
    whileBelow(a0, end, step),
    [storeTotals(above), advance(target, get(outBytes)), storeTotals(below), advance(target, get(outBytes))],
    [advance(first, get(rowBytes)), advance(first, get(rowBytes))],
  ];
  return {
    name: 'gram',
    parameters: 5,
    integers: 11,
    vectors: 11,
    body: [
      [get(rows), set(column)],
      whileBelow(column, rowsEnd, [
        [get(rows), set(first), get(out), set(target)],
        [rowAfter(column), get(rowBytes), constant(3), multiply, add, set(columnsEnd)],
        whileBelow(first, columnsEnd, block),
        [get(columnsEnd), set(column), advance(out, constant(16))],
      ]),
    ],
  };
}

const compiled = new WebAssembly.Module(wasmModule([dotHalves(), dotFloats(), dotCodes(), gram()]));
