import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { parseNpyHeader } from '../../domain/index.js';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { parseJson } from '../../lib/parse-json.js';

/** Number types that an upload may hold. */
type NumberType = 'float16' | 'bfloat16' | 'float32' | 'float64';

export const BYTES_OF: Readonly<Record<NumberType, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
};

/** An array's place and layout in a file. */
export interface LocatedArray {
  type: NumberType;
  bigEndian: boolean;
  /** Whether the first index changes fastest. */
  fortranOrder: boolean;
  shape: number[];
  /** Position of the first value in the file. */
  offset: number;
  /** Size of all values. */
  bytes: number;
}

const NPY_MAGIC = '\x93NUMPY';
/** Headers of arrays of numbers have 128 bytes in every version. */
const MAX_NPY_HEADER_BYTES = 64 * 2 ** 10;
const NPY_TYPES: Readonly<Record<string, NumberType>> = { f2: 'float16', f4: 'float32', f8: 'float64' };

/** A safetensors file begins with its header's length, a uint64. */
const LENGTH_BYTES = 8;
/** The header of one tensor has some hundred bytes; that of a large model, some hundred thousand. */
const MAX_SAFETENSORS_HEADER_BYTES = 2 ** 20;
const SAFETENSORS_TYPES: Readonly<Record<string, NumberType>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};
/** The tensor to take when there are several. */
const TENSOR_NAME = 'responses';

/** A message may repeat names from the file, which may have kilobytes of them. */
const MAX_MESSAGE_CHARACTERS = 500;

const size = z.int().min(0);
const tensor = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) });
const safetensorsHeader = z
  .looseObject({ __metadata__: z.unknown().optional() })
  .transform(({ __metadata__: _, ...tensors }) => tensors)
  .pipe(z.record(z.string(), tensor));

/**
 * Finds the array in an uploaded .npy or .safetensors file, and checks that the file holds all of it.
 *
 * @throws ProbelogError RESPONSES_FORMAT_INVALID
 */
export async function locateArray(file: FileHandle): Promise<LocatedArray> {
  const { size } = await file.stat();
  const start = Buffer.alloc(NPY_MAGIC.length);
  await file.read(start, 0, start.length, 0);
  const isNpy = start.toString('latin1') === NPY_MAGIC;
  const located = isNpy ? await locateNpy(file, size) : await locateSafetensors(file, size);
  const { type, shape, offset, bytes } = located;
  const expected = shape.reduce((product, length) => product * length, BYTES_OF[type]);
  if (expected !== bytes || offset + bytes > size)
    throw formatInvalid(
      `The values have ${Math.max(0, Math.min(bytes, size - offset))} bytes, but the shape [${shape.join(', ')}] in ${type} needs ${expected}. The file is cut off or damaged.`,
    );
  return located;
}

async function locateNpy(file: FileHandle, size: number): Promise<LocatedArray> {
  const bytes = Buffer.alloc(Math.min(size, MAX_NPY_HEADER_BYTES));
  await file.read(bytes, 0, bytes.length, 0);
  const { dtype, shape, fortranOrder, dataOffset } = parseNpy(bytes);
  const type = /^[<>]f[248]$/.test(dtype) ? NPY_TYPES[dtype.slice(1)] : undefined;
  if (!type)
    throw formatInvalid(
      `The .npy file holds ${JSON.stringify(dtype)}. Convert it to float16, float32 or float64: array.astype('float32').`,
    );
  return {
    type,
    bigEndian: dtype.startsWith('>'),
    fortranOrder,
    shape,
    offset: dataOffset,
    bytes: size - dataOffset,
  };
}

function parseNpy(bytes: Uint8Array) {
  try {
    return parseNpyHeader(bytes);
  } catch (thrown) {
    throw formatInvalid(`The .npy header cannot be read: ${messageOf(thrown)}.`);
  }
}

async function locateSafetensors(file: FileHandle, size: number): Promise<LocatedArray> {
  const length = await safetensorsHeaderBytes(file, size);
  const text = Buffer.alloc(length);
  await file.read(text, 0, length, LENGTH_BYTES);
  const tensors = parseSafetensors(text.toString('utf8'));
  const names = Object.keys(tensors);
  const name = names.length === 1 ? names[0] : TENSOR_NAME;
  if (!Object.hasOwn(tensors, name))
    throw formatInvalid(
      `The .safetensors file holds ${names.length} tensors, and none is named "${TENSOR_NAME}".`,
    );
  const { dtype, shape, data_offsets: offsets } = tensors[name];
  const type = Object.hasOwn(SAFETENSORS_TYPES, dtype) ? SAFETENSORS_TYPES[dtype] : undefined;
  if (!type)
    throw formatInvalid(
      `The tensor holds ${JSON.stringify(dtype.slice(0, 20))}. Convert it to F16, BF16, F32 or F64.`,
    );
  return {
    type,
    bigEndian: false,
    fortranOrder: false,
    shape,
    offset: LENGTH_BYTES + length + offsets[0],
    bytes: offsets[1] - offsets[0],
  };
}

async function safetensorsHeaderBytes(file: FileHandle, size: number): Promise<number> {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  const { bytesRead } = await file.read(bytes, 0, LENGTH_BYTES, 0);
  const length = bytesRead === LENGTH_BYTES ? bytes.readBigUInt64LE() : 0n;
  if (length < 2n || length > BigInt(size - LENGTH_BYTES))
    throw formatInvalid('The file is neither a .npy nor a .safetensors file.');
  if (length > MAX_SAFETENSORS_HEADER_BYTES)
    throw formatInvalid(
      `The .safetensors header has ${length} bytes; the limit is ${MAX_SAFETENSORS_HEADER_BYTES}.`,
    );
  return Number(length);
}

function parseSafetensors(text: string): z.infer<typeof safetensorsHeader> {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    throw formatInvalid('The file is neither a .npy nor a .safetensors file: its header is not JSON.');
  }
  const result = safetensorsHeader.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw formatInvalid(`The .safetensors header is wrong at ${issue.path.join('.')}: ${issue.message}.`);
}

function formatInvalid(message: string): ProbelogError {
  const shown =
    message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…` : message;
  return new ProbelogError('RESPONSES_FORMAT_INVALID', shown);
}
