import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type CompletedDescriptors,
  completeDescriptors,
  type Descriptors,
  decodeFloat16,
  descriptors,
  type Matrix,
  observedProbes,
  parseNpyHeader,
  type Responses,
} from '../../domain/index.js';

/** Descriptors with the share of the probes that were run. */
export interface LoadedDescriptors extends Descriptors {
  coverage: number;
  /** P, see `CompletedDescriptors`; null when all probes were run. */
  certainty: Float32Array | null;
  /** C, see `CompletedDescriptors`; null when all probes were run. */
  skewnesses: Float32Array | null;
}

/** The stored responses of a model are missing, damaged or of another probe set: the model cannot be searched. */
export class UnreadableResponses extends Error {
  override readonly name = 'UnreadableResponses';
}

/** `completeDescriptors` with the gallery's prior; takes ownership of the responses. */
export type CompleteModel = (responses: Responses) => Promise<CompletedDescriptors>;

const withoutPrior: CompleteModel = async (responses) => completeDescriptors(responses, null);

/**
 * Computes a model's descriptors from its stored responses. Probes that were not run (NaN) are completed.
 *
 * @param path a `.npy` file: float16, C × P, row-major
 * @param digest the file's SHA-256; not checked when absent
 * @param multiLabel whether the outputs are independent labels
 * @param complete completes a partly probed model; by default, probes that were not run count as the mean
 * @throws UnreadableResponses
 */
export async function loadDescriptors(
  path: string,
  probes: number,
  {
    digest,
    multiLabel = false,
    complete = withoutPrior,
  }: { digest?: string; multiLabel?: boolean; complete?: CompleteModel } = {},
): Promise<LoadedDescriptors> {
  const responses = { ...readResponses(path, probes, digest), multiLabel };
  const coverage = observedProbes(responses).length / probes;
  if (coverage < 1) return { ...(await complete(responses)), coverage };
  return { ...descriptors(responses), coverage, certainty: null, skewnesses: null };
}

function readResponses(path: string, probes: number, digest?: string): Matrix {
  const file = readFile(path);
  if (digest !== undefined && createHash('sha256').update(file).digest('hex') !== digest)
    throw new UnreadableResponses(`the file of its responses, ${digest}, is damaged`);
  const { dtype, fortranOrder, shape, dataOffset } = parseNpyHeader(file);
  const [outputs, columns] = shape;
  const bytes = file.subarray(dataOffset);
  if (dtype !== '<f2' || fortranOrder || columns !== probes || bytes.length !== outputs * probes * 2)
    throw new UnreadableResponses('its stored responses belong to another probe set');
  const encoded = new Uint16Array(Uint8Array.from(bytes).buffer);
  return { rows: outputs, columns, data: decodeFloat16(encoded) };
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    throw new UnreadableResponses(
      `the file of its responses ${code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`}`,
    );
  }
}
