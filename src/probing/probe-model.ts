import { ProbelogError } from '../errors/index.js';
import { guardProcess } from './guard-process.js';
import type { ModelInspection } from './model-inspection.js';
import { startModelProcess } from './model-process.js';
import type { PartialPreprocessing } from './preprocessing/preprocessing-spec.js';
import type { ProbeFile, ProbeLimits } from './probe-input.js';
import type { ChildMessage, ProbeJob } from './protocol.js';

const DEFAULT_CACHE_BYTES = 2 * 2 ** 30;

/** What {@link probeModel} needs. */
export interface ProbeModelOptions {
  /** Path of the ONNX file. */
  modelFile: string;
  /** From `parsePreprocessing`; null for the documented default. */
  preprocessing: PartialPreprocessing | null;
  /** Which output to take; needed only when several qualify. */
  outputName?: string;
  /** In the order of the probe set. */
  probes: readonly ProbeFile[];
  /** Folder for resized pixels, shared by all models with the same input geometry; none: every run decodes. */
  cacheFolder?: string;
  /** Size that the cache folder is held to; default 2 GiB. */
  cacheBytes?: number;
  limits: ProbeLimits;
  /** First probe to run, to go on with an interrupted run; default 0. */
  startAt?: number;
  /** Ends the run with INGEST_CANCELLED. */
  signal?: AbortSignal;
  /** Called once, before the first batch. */
  onInspected?(inspected: ModelInspection): Promise<void> | void;
  /**
   * Called in probe order, never concurrently; the model waits when it falls behind.
   *
   * @param responses count × C, probe-major
   */
  onBatch(firstProbe: number, count: number, responses: Float32Array): Promise<void> | void;
}

/** A finished run. */
export interface ProbeRun {
  inspected: ModelInspection;
  /** Most resident memory that the model's process had. */
  peakMemoryBytes: number;
  /** Time inside ONNX Runtime, session creation excluded. */
  inferenceMs: number;
  /** Whether the resized pixels came from the cache. */
  pixelsCached: boolean;
}

/**
 * Runs a model on probes in a process of its own, so that a crash, hang or memory blow-up in native code ends this
 * call and nothing else.
 *
 * @throws ProbelogError MODEL_EMPTY, MODEL_NOT_ONNX, MODEL_TRUNCATED, MODEL_TOO_LARGE, MODEL_EXTERNAL_DATA,
 *   MODEL_UNSUPPORTED, MODEL_NO_IMAGE_INPUT, MODEL_NO_LOGITS_OUTPUT, MODEL_OUTPUT_AMBIGUOUS, PREPROCESSING_INVALID,
 *   PROBE_IMAGE_INVALID, INFERENCE_FAILED, INFERENCE_CRASHED, INFERENCE_TIMEOUT, INFERENCE_MEMORY, INGEST_CANCELLED
 */
export async function probeModel(options: ProbeModelOptions): Promise<ProbeRun> {
  const { signal, limits, probes } = options;
  if (signal?.aborted) throw cancelled();
  if (probes.length === 0)
    throw new ProbelogError('PROBE_SET_EMPTY', 'There are no probes to run the model on.');

  const child = startModelProcess();
  let inspected: ModelInspection | null = null;
  /** Messages are handled one after the other; while one is, the child may rightly be silent. */
  const handle = async (message: ChildMessage): Promise<ProbeRun | null> => {
    if (message.kind === 'FAILED') throw new ProbelogError(message.code, message.message, message.details);
    if (message.kind === 'INSPECTED') {
      inspected = message.inspected;
      await options.onInspected?.(inspected);
    } else if (message.kind === 'BATCH') {
      await options.onBatch(message.first, message.count, message.responses);
      child.send({ kind: 'TAKEN' });
    } else if (inspected) {
      const { peakMemoryBytes, inferenceMs, pixelsCached } = message;
      return { inspected, peakMemoryBytes, inferenceMs, pixelsCached };
    }
    return null;
  };
  const abort = () => child.fail(cancelled());
  signal?.addEventListener('abort', abort, { once: true });
  const guard = guardProcess(child, limits);
  try {
    child.send({ kind: 'START', job: jobOf(options) });
    for await (const message of child.messages()) {
      guard.busy();
      const run = await handle(message);
      guard.waiting();
      if (run) return run;
      if (signal?.aborted) throw cancelled();
    }
    throw new ProbelogError('INFERENCE_CRASHED', 'The process that ran the model ended too early.');
  } finally {
    guard.stop();
    signal?.removeEventListener('abort', abort);
    await child.end();
  }
}

function jobOf(options: ProbeModelOptions): ProbeJob {
  const { modelFile, limits, preprocessing, outputName, probes, startAt, cacheFolder, cacheBytes } = options;
  return {
    modelFile,
    maxModelBytes: limits.maxModelBytes,
    memoryBytes: limits.memoryBytes,
    preprocessing,
    outputName: outputName ?? null,
    probes: probes.map(({ path, digest }) => ({ path, digest })),
    startAt: startAt ?? 0,
    cache: cacheFolder ? { folder: cacheFolder, maxBytes: cacheBytes ?? DEFAULT_CACHE_BYTES } : null,
  };
}

function cancelled(): ProbelogError {
  return new ProbelogError('INGEST_CANCELLED', 'Probing was cancelled.');
}
