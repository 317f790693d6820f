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
} from '../../domain/index.js';

/** Descriptors with the share of the probes that were run. */
export interface LoadedDescriptors extends Descriptors {
  coverage: number;
  /** P, see `CompletedDescriptors`; null when all probes were run. */
  certainty: Float32Array | null;
}

/** `completeDescriptors` with the gallery's prior; takes ownership of the responses. */
export type CompleteModel = (responses: Matrix) => Promise<CompletedDescriptors>;

const withoutPrior: CompleteModel = async (responses) => completeDescriptors(responses, null);

/**
 * Computes a model's descriptors from its stored responses. Probes that were not run (NaN) are completed.
 *
 * @param path a `.npy` file: float16, C × P, row-major
 * @param complete completes a partly probed model; by default, probes that were not run count as the mean
 * @throws Error when the file has another format or number of probes
 */
export async function loadDescriptors(
  path: string,
  probes: number,
  complete: CompleteModel = withoutPrior,
): Promise<LoadedDescriptors> {
  const file = readFileSync(path);
  const { dtype, fortranOrder, shape, dataOffset } = parseNpyHeader(file);
  const [outputs, columns] = shape;
  const bytes = file.subarray(dataOffset);
  if (dtype !== '<f2' || fortranOrder || columns !== probes || bytes.length !== outputs * probes * 2) {
    throw new Error('the stored responses belong to another probe set');
  }
  const encoded = new Uint16Array(Uint8Array.from(bytes).buffer);
  const responses = { rows: outputs, columns, data: decodeFloat16(encoded) };
  const coverage = observedProbes(responses).length / probes;
  if (coverage < 1) return { ...(await complete(responses)), coverage };
  return { ...descriptors(responses), coverage, certainty: null };
}
