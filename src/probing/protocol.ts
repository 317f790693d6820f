import type { ErrorCode } from '../errors/index.js';
import type { PartialPreprocessing, PreprocessingSpec } from './preprocessing/preprocessing-spec.js';

/** Batches that the child may have under way to its parent before it waits. */
export const BATCH_WINDOW = 4;

/** The work of one child process. */
export interface ProbeJob {
  modelFile: string;
  maxModelBytes: number;
  memoryBytes: number;
  preprocessing: PartialPreprocessing | null;
  outputName: string | null;
  probes: readonly ProbeFile[];
  /** null: all probes in order, from `startAt` on. */
  plan: ProbePlan | null;
  startAt: number;
  /** Takes the place of `startAt` when there is a plan. */
  done: DoneProbes | null;
  cache: { folder: string; maxBytes: number } | null;
}

/** How a run went. */
export interface RunFigures {
  /** Time inside ONNX Runtime, session creation excluded. */
  inferenceMs: number;
  /** Whether all resized pixels came from the cache. */
  pixelsCached: boolean;
  /** Rounds that were chosen; 0 when all probes are run in order. */
  rounds: number;
  /** Time spent on choosing them. */
  choosingMs: number;
}

/** From the child to its parent. */
export type WorkerMessage =
  /** most: probes that have responses in the end, unless the run stops earlier or goes on beyond its budget */
  | { kind: 'INSPECTED'; inspected: ModelInspection; expectedProbes: number }
  /** probes: positions in the probe set; responses: a row of C for each; most: as by now */
  | { kind: 'BATCH'; probes: Uint32Array; responses: Float32Array; expectedProbes: number }
  | { kind: 'DONE'; peakMemoryBytes: number; figures: RunFigures }
  | { kind: 'FAILED'; code: ErrorCode; message: string; details: Record<string, unknown> };

/** From the parent to its child: the work first, then one TAKEN for every batch. */
export type ParentMessage = { kind: 'START'; job: ProbeJob } | { kind: 'TAKEN' };

/** What was read off a model before it ran. JSON-serializable. */
export interface ModelInspection {
  input: {
    name: string;
    layout: 'NCHW' | 'NHWC';
    type: 'float32' | 'float16' | 'uint8';
    /** Pixels, as the images are given to it. */
    width: number;
    height: number;
    channels: 1 | 3;
    /** The batch size that the model insists on; null when it takes any. */
    batch: number | null;
  };
  output: {
    /** The tensor whose values are the responses; not always one of the model's declared outputs. */
    name: string;
    /** C */
    outputs: number;
  };
  /**
   * LOGITS: nothing in the graph normalizes the responses, or it was cut off. PROBABILITIES_UNCUT: they come out of a
   * softmax or sigmoid that could not be cut, so they are probabilities. A graph can hide what it does: look at the
   * values as well.
   */
  responseKind: 'LOGITS' | 'PROBABILITIES_UNCUT';
  /** What was decided on the caller's behalf, one sentence each. */
  notes: string[];
  /** Complete: nothing is left to a default. */
  preprocessing: PreprocessingSpec;
}

/** Bounds on what one model may take. */
export interface ProbeLimits {
  /** Resident memory of the process that runs the model. */
  memoryBytes: number;
  /** Time without a finished batch (or, before the first, without a ready session). */
  stallMs: number;
  /** Time for everything; unbounded when absent. */
  totalMs?: number;
  maxModelBytes: number;
}

/** Lets a run show its model only some of the probes, chosen in rounds by what it answered so far. */
export interface ProbePlan {
  /** File of an encoded `ResponsePrior` of the probe set. */
  priorPath: string;
  /** Probes to run, as a share of all, (0, 1]. */
  budget: number;
  /** Stop when the mean expected error of the logits is at or under this; 0: never. */
  errorBound: number;
  /** Go on beyond the budget when that is above so many times what the prior's own models have; 0: never. */
  errorFactor: number;
}

/** What an interrupted run had finished. */
export interface DoneProbes {
  /** Positions in the probe set, in the order in which they were run. */
  probes: Uint32Array;
  /** One row of C for each of them. */
  responses: Float32Array;
}

/** One image to run: where its file is, and its content hash (the pixel cache is keyed by it). */
export interface ProbeFile {
  path: string;
  /** SHA-256 of the file, hex. */
  digest: string;
}
