import { open } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import { checkOutputLimit } from '../../lib/output-limit.js';
import { encodeRows } from '../pipeline/spool-format.js';
import { locateArray } from '../uploads/locate-array.js';
import { readRow } from '../uploads/read-upload.js';
import type { RunnerPieces } from './runner-pieces.js';

/** What a piece must fit. */
interface PieceTerms {
  number: number;
  /** Its probes. */
  probes: readonly number[];
  /** P */
  all: number;
  /** Largest C. */
  maxOutputs: number;
}

/**
 * Checks an uploaded piece and stores it, row by row: other requests get their turns, and memory does not grow with it.
 *
 * @param path of a `.npy` or `.safetensors` file: probes of the piece × outputs
 * @throws ProbelogError RESPONSES_FORMAT_INVALID, RESPONSES_SHAPE_MISMATCH, MODEL_TOO_MANY_OUTPUTS
 */
export async function receivePiece(
  pieces: RunnerPieces,
  path: string,
  { number, probes, all, maxOutputs }: PieceTerms,
): Promise<void> {
  const file = await open(path);
  try {
    const array = await locateArray(file);
    const [count, outputs] = array.shape;
    const known = await pieces.outputs(number);
    const expected = `[${probes.length}, ${known ?? 'outputs'}]`;
    if (array.shape.length !== 2 || count !== probes.length || outputs < 1 || (known ?? outputs) !== outputs)
      throw new ProbelogError(
        'RESPONSES_SHAPE_MISMATCH',
        `Piece ${number} has the shape [${array.shape.join(', ')}], not ${expected}: a row per probe, in the piece's order.`,
        { piece: number },
      );
    if (array.fortranOrder)
      throw new ProbelogError(
        'RESPONSES_FORMAT_INVALID',
        'The array is in Fortran order. Save it in C order: numpy.ascontiguousarray.',
      );
    checkOutputLimit(outputs, all, maxOutputs);
    async function* rows() {
      for (const [row, probe] of probes.entries()) {
        const responses = await readRow(file, array, row);
        yield encodeRows({ probes: Uint32Array.of(probe), responses });
      }
    }
    await pieces.store(number, outputs, rows());
  } finally {
    await file.close();
  }
}
