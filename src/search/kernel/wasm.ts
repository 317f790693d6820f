/**
 * Writes a WebAssembly module (WebAssembly Core Specification 2.0, chapter 5): one imported memory, and functions that
 * take 32-bit integers and return nothing. Instructions are lists of bytes, in the order in which the machine runs them.
 */

/** A function of a module: what it takes and keeps, and what it does. */
export interface WasmFunction {
  name: string;
  /** How many 32-bit integers it takes: locals 0 … `parameters` − 1. */
  parameters: number;
  /** Further locals, numbered on from there: 32-bit integers first, then 128-bit vectors. */
  integers: number;
  vectors: number;
  body: Code;
}

/** Instructions, in order; nested lists read as one. */
export type Code = readonly (number | Code)[];

/** The bytes of a module whose memory is imported as `env.memory`. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, items: readonly Code[]): Code => [id, sized([unsigned(items.length), items])];
  const exported = ({ name }: WasmFunction, index: number): Code => [text(name), 0x00, unsigned(index)];
  const bytes: Code = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(
      1,
      functions.map(({ parameters }) => [
        0x60,
        unsigned(parameters),
        Array.from({ length: parameters }, () => I32),
        0,
      ]),
    ),
    section(2, [[text('env'), text('memory'), 0x02, 0x00, 0x01]]),
    section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    section(7, functions.map(exported)),
    section(
      10,
      functions.map(({ integers, vectors, body }) =>
        sized([2, unsigned(integers), I32, unsigned(vectors), V128, body, END]),
      ),
    ),
  ];
  return Uint8Array.from(flat(bytes));
}

const I32 = 0x7f;
const V128 = 0x7b;
const END = 0x0b;
const NOTHING = 0x40;

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number): Code => [0x21, unsigned(local)];
export const constant = (value: number): Code => [0x41, signed(value)];
export const add: Code = [0x6a];
export const multiply: Code = [0x6c];
export const loadInteger = (offset = 0): Code => [0x28, 2, unsigned(offset)];

/** Runs `body` while `local`, an unsigned number, is below that of `limit`; `body` moves it on. */
export const whileBelow = (local: number, limit: number, body: Code): Code => [
  [0x02, NOTHING, 0x03, NOTHING],
  [get(local), get(limit), 0x4f, 0x0d, 1],
  body,
  [0x0c, 0, END, END],
];

/** Adds a constant to a local. */
export const advance = (local: number, by: Code): Code => [get(local), by, add, set(local)];

const vector = (operation: number): Code => [0xfd, unsigned(operation)];
const withMemory = (operation: number, offset: number): Code => [vector(operation), 0, unsigned(offset)];

/** Vector instructions, named as in the specification. */
export const simd = {
  load: (offset = 0): Code => withMemory(0x00, offset),
  /** Eight signed bytes as 16-bit integers. */
  load8x8: (offset = 0): Code => withMemory(0x01, offset),
  /** Four signed 16-bit integers as 32-bit ones. */
  load16x4: (offset = 0): Code => withMemory(0x03, offset),
  store: (offset = 0): Code => withMemory(0x0b, offset),
  storeLane32: (offset: number, lane: number): Code => [withMemory(0x5a, offset), lane],
  /** The same 32-bit integer four times. */
  constant: (value: number): Code => {
    const bytes = [...new Uint8Array(Int32Array.of(value, value, value, value).buffer)];
    return [vector(0x0c), bytes];
  },
  shuffle: (lanes: readonly number[]): Code => [vector(0x0d), lanes],
  and: vector(0x4e),
  i32x4: { shiftLeft: vector(0xab), add: vector(0xae), dotI16x8: vector(0xba) },
  f32x4: { add: vector(0xe4), multiply: vector(0xe6) },
};

function sized(content: Code): Code {
  const bytes = flat(content);
  return [unsigned(bytes.length), bytes];
}

function text(value: string): Code {
  return sized([...Buffer.from(value)]);
}

function flat(code: Code): number[] {
  return code.flatMap((part) => (typeof part === 'number' ? [part] : flat(part)));
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, unsigned(value >>> 7)];
}

/** Signed LEB128. */
function signed(value: number): Code {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, signed(value >> 7)];
}
