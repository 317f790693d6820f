import { open } from 'node:fs/promises';
import type { Matrix } from '../../../domain/index.js';
import { readHeader, readRows } from '../spool-format.js';

/** What a finished spool holds. */
export interface SpooledResponses {
  /** C × n, a column for each probe that was run. */
  observed: Matrix;
  /** Which probes these are, ascending. */
  probes: Uint32Array;
}

/** Reads a finished spool: rows of C in the order in which the probes were run. */
export async function readSpool(path: string): Promise<SpooledResponses> {
  const file = await open(path);
  try {
    const outputs = await readHeader(file);
    if (outputs === null) throw new Error('The spool of responses is empty.');
    const order: number[] = [];
    for await (const block of readRows(file, outputs)) for (const probe of block.probes) order.push(probe);
    const probes = Uint32Array.from(order).sort();
    const columns = new Map(Array.from(probes, (probe, column) => [probe, column]));
    const data = new Float32Array(outputs * probes.length);
    for await (const block of readRows(file, outputs)) {
      const targets = block.probes.map((probe) => columns.get(probe) ?? 0);
      for (let output = 0; output < outputs; output++) {
        const start = output * probes.length;
        for (let row = 0; row < targets.length; row++)
          data[start + targets[row]] = block.responses[row * outputs + output];
      }
    }
    return { observed: { rows: outputs, columns: probes.length, data }, probes };
  } finally {
    await file.close();
  }
}
