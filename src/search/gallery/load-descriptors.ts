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

/** Descriptors with the share of the probes that they rest on. */
export interface LoadedDescriptors extends Descriptors {
  coverage: number;
  /** P, see `CompletedDescriptors`; null when all probes were run. */
  certainty: Float32Array | null;
}

/** `completeDescriptors` with the prior of the moment, wherever it is done; the responses are handed over. */
export type CompleteModel = (responses: Matrix) => Promise<CompletedDescriptors>;

const withoutPrior: CompleteModel = async (responses) => completeDescriptors(responses, null);

/**
 * The descriptors of a model, from its stored responses; what was not run (NaN) is completed.
 *
 * @param path a `.npy` file: float16, C × P, row-major
 * @param complete completes a partly probed model; by default what was not run counts as the mean
 * @throws Error when it is not such a file or has another number of probes
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
    throw new Error('the stored responses are not those of this probe set');
  }
  const encoded = new Uint16Array(Uint8Array.from(bytes).buffer);
  const responses = { rows: outputs, columns, data: decodeFloat16(encoded) };
  const coverage = observedProbes(responses).length / probes;
  if (coverage < 1) return { ...(await complete(responses)), coverage };
  return { ...descriptors(responses), coverage, certainty: null };
}
