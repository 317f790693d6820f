import { ProbelogError } from '../../errors/index.js';
import type { PreprocessingAlternative } from '../preprocessing/preprocessing-alternatives.js';
import type { PartialPreprocessing } from '../preprocessing/preprocessing-spec.js';
import type {
  AlternativeResponses,
  DoneProbes,
  ModelData,
  ModelInspection,
  ProbeFile,
  ProbeJob,
  ProbeLimits,
  ProbePlan,
  RunFigures,
  WorkerMessage,
} from '../protocol.js';
import { enforceLimits } from './enforce-limits.js';
import { startModelProcess } from './model-process.js';
import type { NetworkIsolation } from './network-isolation.js';

const DEFAULT_CACHE_BYTES = 2 * 2 ** 30;

/** What {@link probeModel} needs. */
export interface ProbeModelOptions {
  /** Path of the ONNX file. */
  modelFile: string;
  /** The files that it keeps weights in, checked; absent without any. */
  data?: ModelData | null;
  /** From `parsePreprocessing`; null for the documented default. */
  preprocessing: PartialPreprocessing | null;
  /** The output to use; needed only when several qualify. */
  outputName?: string;
  /** In the order of the probe set. */
  probes: readonly ProbeFile[];
  /** Cache folder for resized pixels, shared by all models with the same input geometry; absent: every run decodes. */
  cacheFolder?: string;
  /** Maximum size of the cache folder; default 2 GiB. */
  cacheBytes?: number;
  limits: ProbeLimits;
  /** From `probeNetworkIsolation`; without it, the model's process can use the network. */
  isolation?: NetworkIsolation;
  /** Runs only chosen probes; absent: all probes, in order. */
  plan?: ProbePlan | null;
  /** First probe to run, to continue an interrupted run; default 0. */
  startAt?: number;
  /** Responses of an interrupted run with the same plan, which continues with the same choices. */
  done?: DoneProbes | null;
  /** Cancels the run with INGEST_CANCELLED. */
  signal?: AbortSignal;
  /**
   * Called once, before the first batch.
   *
   * @param expectedProbes probes that have responses in the end, those of an interrupted run included; fewer when the plan's
   *   error bound is reached earlier, and more when it goes on beyond its budget
   */
  onInspected?(inspected: ModelInspection, expectedProbes: number): Promise<void> | void;
  /**
   * Never called concurrently; the model waits for it. Without a plan, probes come in order.
   *
   * @param probes positions in the probe set
   * @param responses a row of C for each of them
   * @param expectedProbes as for `onInspected`, as of this batch
   */
  onBatch(probes: Uint32Array, responses: Float32Array, expectedProbes: number): Promise<void> | void;
  /** Also runs every batch with the usual alternatives of the preprocessing, in the same session; absent: none. */
  alternatives?: AlternativeRuns;
}

/** Receives the responses that a model gives with other preprocessing. */
export interface AlternativeRuns {
  /** Called once, after `onInspected`. */
  onInspected(alternatives: readonly PreprocessingAlternative[]): void;
  /** Called after `onBatch`, with one element for each alternative. */
  onBatch(probes: Uint32Array, responses: readonly AlternativeResponses[]): void;
}

/** A finished run. */
export interface ProbeRun extends RunFigures {
  inspected: ModelInspection;
  /** Peak resident memory of the model's process. */
  peakMemoryBytes: number;
}

/**
 * Runs a model on probes in a separate process, so that a crash, hang or memory exhaustion in native code only fails this
 * call.
 *
 * @throws ProbelogError MODEL_EMPTY, MODEL_NOT_ONNX, MODEL_TRUNCATED, MODEL_TOO_LARGE, MODEL_EXTERNAL_DATA,
 *   MODEL_MALFORMED, MODEL_UNSUPPORTED, MODEL_NO_IMAGE_INPUT, MODEL_NO_LOGITS_OUTPUT, MODEL_OUTPUT_AMBIGUOUS,
 *   MODEL_TOO_MANY_OUTPUTS, PREPROCESSING_INVALID, PROBE_IMAGE_INVALID, INFERENCE_FAILED, INFERENCE_CRASHED, INFERENCE_TIMEOUT, INFERENCE_MEMORY, INGEST_CANCELLED
 */
export async function probeModel(options: ProbeModelOptions): Promise<ProbeRun> {
  const { signal, limits, probes } = options;
  if (signal?.aborted) throw cancelled();
  if (probes.length === 0)
    throw new ProbelogError('PROBE_SET_EMPTY', 'The probe set has no probes to run the model on.');

  const worker = startModelProcess(options.isolation ?? null);
  let inspected: ModelInspection | null = null;
  /** Handles one message at a time; meanwhile the worker may be silent. */
  const handle = async (message: WorkerMessage): Promise<ProbeRun | null> => {
    if (message.kind === 'FAILED') throw new ProbelogError(message.code, message.message, message.details);
    if (message.kind === 'INSPECTED') {
      inspected = message.inspected;
      await options.onInspected?.(inspected, message.expectedProbes);
      options.alternatives?.onInspected(message.alternatives);
    } else if (message.kind === 'BATCH') {
      await options.onBatch(message.probes, message.responses, message.expectedProbes);
      options.alternatives?.onBatch(message.probes, message.alternatives);
      worker.send({ kind: 'TAKEN' });
    } else if (message.kind === 'DONE' && inspected) {
      return { inspected, peakMemoryBytes: message.peakMemoryBytes, ...message.figures };
    }
    return null;
  };
  const abort = () => worker.kill(cancelled());
  signal?.addEventListener('abort', abort, { once: true });
  const guard = enforceLimits(worker, limits);
  try {
    worker.send({ kind: 'START', job: toJob(options) });
    for await (const message of worker.messages()) {
      guard.busy();
      const run = await handle(message);
      guard.waiting();
      if (run) return run;
      if (signal?.aborted) throw cancelled();
    }
    throw new ProbelogError(
      'INFERENCE_CRASHED',
      'The process that ran the model ended too early. Try again.',
    );
  } finally {
    guard.stop();
    signal?.removeEventListener('abort', abort);
    await worker.end();
  }
}

function toJob(options: ProbeModelOptions): ProbeJob {
  const { modelFile, limits, preprocessing, outputName, probes, cacheFolder, cacheBytes } = options;
  return {
    modelFile,
    data: options.data ?? null,
    maxModelBytes: limits.maxModelBytes,
    memoryBytes: limits.memoryBytes,
    maxOutputs: limits.maxOutputs,
    preprocessing,
    outputName: outputName ?? null,
    probes: probes.map(({ path, digest }) => ({ path, digest })),
    plan: options.plan ?? null,
    startAt: options.startAt ?? 0,
    done: options.done ?? null,
    cache: cacheFolder ? { folder: cacheFolder, maxBytes: cacheBytes ?? DEFAULT_CACHE_BYTES } : null,
    alternatives: options.alternatives !== undefined,
  };
}

function cancelled(): ProbelogError {
  return new ProbelogError('INGEST_CANCELLED', 'Probing was cancelled.');
}
