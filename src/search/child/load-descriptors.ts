import { readFileSync } from 'node:fs';
import {
  type Descriptors,
  decodeFloat16,
  descriptors,
  observedProbes,
  parseNpyHeader,
} from '../../domain/index.js';
import { completeInWorker } from './completion/complete-in-worker.js';

/** Descriptors with the share of the probes that they rest on. */
export interface LoadedDescriptors extends Descriptors {
  coverage: number;
  /** P, see `CompletedDescriptors`; null when all probes were run. */
  certainty: Float32Array | null;
}

/**
 * The descriptors of a model, from its stored responses; what was not run (NaN) is completed.
 *
 * @param path a `.npy` file: float16, C × P, row-major
 * @param priorPath file of the `ResponsePrior`; null: what was not run counts as the mean
 * @throws Error when it is not such a file or has another number of probes
 */
export async function loadDescriptors(
  path: string,
  probes: number,
  priorPath: string | null,
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
  if (coverage < 1) return { ...(await completeInWorker(responses, priorPath)), coverage };
  return { ...descriptors(responses), coverage, certainty: null };
}
