import { encodeNpyHeader } from '../../domain/index.js';
import type { StoredValues } from './stored-values.js';

/** How responses are written. */
export type ExportFormat = 'npy' | 'safetensors';

/** One file of an export. */
export interface ExportedFile {
  name: string;
  content(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** A safetensors header is padded to whole numbers of so many bytes. */
const ALIGNMENT = 8;

/** The files of one model: its responses (float32, C × P), and which probes were run (P). */
export function arrayFiles(name: string, stored: StoredValues, format: ExportFormat): ExportedFile[] {
  if (format === 'safetensors') return [{ name: `${name}.safetensors`, content: () => safetensors(stored) }];
  const { outputs, probes, ran } = stored;
  return [
    {
      name: `${name}.npy`,
      async *content() {
        yield encodeNpyHeader({ dtype: '<f4', fortranOrder: false, shape: [outputs, probes] });
        yield* bytesOf(stored);
      },
    },
    {
      name: `${name}.ran.npy`,
      async *content() {
        yield encodeNpyHeader({ dtype: '|b1', fortranOrder: false, shape: [probes] });
        yield ran;
      },
    },
  ];
}

async function* safetensors(stored: StoredValues): AsyncGenerator<Uint8Array, void, undefined> {
  const { outputs, probes, ran } = stored;
  const end = 4 * outputs * probes;
  const header = JSON.stringify({
    responses: { dtype: 'F32', shape: [outputs, probes], data_offsets: [0, end] },
    ran: { dtype: 'BOOL', shape: [probes], data_offsets: [end, end + probes] },
  });
  const text = Buffer.from(header.padEnd(Math.ceil(header.length / ALIGNMENT) * ALIGNMENT));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  yield Buffer.concat([length, text]);
  yield* bytesOf(stored);
  yield ran;
}

async function* bytesOf(stored: StoredValues): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const values of stored.values())
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
