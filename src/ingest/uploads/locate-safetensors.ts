import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';

import { parseJson } from '../../lib/parse-json.js';

import { formatInvalid } from './format-invalid.js';
import type { LocatedArray, NumberType } from './located-array.js';

/** The format's length of its header, in bytes, stands in so many. */
const LENGTH_BYTES = 8;
/** A file with one tensor has some hundred; one with a large model's, some hundred thousand. */
const LONGEST_HEADER = 2 ** 20;

const TYPES: Readonly<Record<string, NumberType>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};

/** The tensor to take when there are several. */
const NAME = 'responses';

const size = z.int().min(0);
const tensor = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) });
const header = z
  .looseObject({ __metadata__: z.unknown().optional() })
  .transform(({ __metadata__: _, ...tensors }) => tensors)
  .pipe(z.record(z.string(), tensor));

/** @throws ProbelogError RESPONSES_FORMAT_INVALID */
export async function locateSafetensors(file: FileHandle, size: number): Promise<LocatedArray> {
  const length = await headerLength(file, size);
  const text = Buffer.alloc(length);
  await file.read(text, 0, length, LENGTH_BYTES);
  const tensors = parse(text.toString('utf8'));
  const names = Object.keys(tensors);
  const name = names.length === 1 ? names[0] : NAME;
  if (!Object.hasOwn(tensors, name))
    throw formatInvalid(
      `The .safetensors file holds ${names.length} tensors and none of them is called "${NAME}".`,
    );
  const { dtype, shape, data_offsets: offsets } = tensors[name];
  const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  if (!type)
    throw formatInvalid(
      `The tensor holds ${JSON.stringify(dtype.slice(0, 20))}; F16, BF16, F32 and F64 are taken.`,
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

async function headerLength(file: FileHandle, size: number): Promise<number> {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  const { bytesRead } = await file.read(bytes, 0, LENGTH_BYTES, 0);
  const length = bytesRead === LENGTH_BYTES ? bytes.readBigUInt64LE() : 0n;
  if (length < 2n || length > BigInt(size - LENGTH_BYTES))
    throw formatInvalid('The file is neither a .npy nor a .safetensors file.');
  if (length > LONGEST_HEADER)
    throw formatInvalid(`The .safetensors header has ${length} bytes; ${LONGEST_HEADER} are read at most.`);
  return Number(length);
}

function parse(text: string): z.infer<typeof header> {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    throw formatInvalid('The file is neither a .npy nor a .safetensors file: its header is not JSON.');
  }
  const result = header.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw formatInvalid(`The .safetensors header is not right at ${issue.path.join('.')}: ${issue.message}.`);
}
