import { createReadStream } from 'node:fs';
import { ProbelogError } from '../../errors/index.js';
import { type DataReference, locationProblem, MAX_DATA_FILES } from '../data-location.js';
import type { ProbeLimits } from '../protocol.js';
import { enforceLimits } from './enforce-limits.js';
import { startModelProcess } from './model-process.js';
import type { NetworkIsolation } from './network-isolation.js';

/** The key of an entry that names a file. A model without it keeps all weights in its own file. */
const MARK = Buffer.from('location');

/** What {@link listDataFiles} needs. */
export interface ListDataOptions {
  /** Path of the ONNX file. */
  modelFile: string;
  limits: Pick<ProbeLimits, 'memoryBytes' | 'stallMs' | 'maxModelBytes'>;
  isolation?: NetworkIsolation;
  signal?: AbortSignal;
}

/**
 * The files that a model keeps weights in. Another process reads the model, unless it cannot have such files.
 *
 * A model that hides the mark has no data files here, and is refused when it runs.
 *
 * @throws ProbelogError MODEL_EXTERNAL_DATA when it names a file in a way that is not allowed; what reading it throws;
 *   INGEST_CANCELLED, INFERENCE_MEMORY, INFERENCE_TIMEOUT
 */
export async function listDataFiles({
  modelFile,
  limits,
  isolation,
  signal,
}: ListDataOptions): Promise<DataReference[]> {
  if (!(await contains(modelFile, MARK, signal))) return [];
  const worker = startModelProcess(isolation ?? null);
  const abort = () => worker.kill(new ProbelogError('INGEST_CANCELLED', 'Probing was cancelled.'));
  signal?.addEventListener('abort', abort, { once: true });
  const guard = enforceLimits(worker, { ...limits, maxOutputs: 0 });
  try {
    const { memoryBytes, maxModelBytes } = limits;
    worker.send({ kind: 'LIST_DATA', job: { modelFile, memoryBytes, maxModelBytes } });
    for await (const message of worker.messages()) {
      if (message.kind === 'FAILED') throw new ProbelogError(message.code, message.message, message.details);
      // The names become paths, so they are checked outside the process, too.
      if (message.kind === 'DATA_LISTED' && message.files.length <= MAX_DATA_FILES)
        return message.files.filter(({ location }) => locationProblem(location) === null);
    }
    throw new ProbelogError(
      'INFERENCE_CRASHED',
      'The process that read the model ended too early. Try again.',
    );
  } finally {
    guard.stop();
    signal?.removeEventListener('abort', abort);
    await worker.end();
  }
}

/** Reads a file in pieces, since it may be large. */
async function contains(path: string, mark: Buffer, signal?: AbortSignal): Promise<boolean> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 2 ** 20 })) {
    const piece = Buffer.concat([rest, chunk]);
    if (piece.includes(mark)) return true;
    rest = piece.subarray(-(mark.length - 1));
  }
  return false;
}
