import { open } from 'node:fs/promises';
import type { Matrix } from '../../domain/index.js';
import { HEADER_BYTES } from '../response-spool.js';

/** Probe rows read at a time: a few MB for common models, whatever the number of probes. */
const ROWS_AT_ONCE = 256;

/** Reads a finished spool (P rows of C) as the response matrix it stands for (C × P). */
export async function readSpool(path: string): Promise<Matrix> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    await file.read(header, 0, HEADER_BYTES, 0);
    const outputs = header.readUInt32LE();
    const probes = ((await file.stat()).size - HEADER_BYTES) / (outputs * 4);
    const data = new Float32Array(outputs * probes);
    const block = new Float32Array(ROWS_AT_ONCE * outputs);
    for (let first = 0; first < probes; first += ROWS_AT_ONCE) {
      const rows = Math.min(ROWS_AT_ONCE, probes - first);
      const bytes = new Uint8Array(block.buffer, 0, rows * outputs * 4);
      await file.read(bytes, 0, bytes.length, HEADER_BYTES + first * outputs * 4);
      for (let output = 0; output < outputs; output++) {
        const target = output * probes + first;
        for (let row = 0; row < rows; row++) data[target + row] = block[row * outputs + output];
      }
    }
    return { rows: outputs, columns: probes, data };
  } finally {
    await file.close();
  }
}
