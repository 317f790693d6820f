import type { ErrorCode } from '../errors/index.js';
import type { DataReference } from './data-location.js';
import type { PreprocessingAlternative } from './preprocessing/preprocessing-alternatives.js';
import type { PartialPreprocessing, PreprocessingSpec } from './preprocessing/preprocessing-spec.js';

/** Unacknowledged batches after which the worker waits. */
export const BATCH_WINDOW = 4;

/** The work of one model process. */
export interface ProbeJob {
  modelFile: string;
  /** The model's data files; null without any. */
  data: ModelData | null;
  maxModelBytes: number;
  memoryBytes: number;
  maxOutputs: number;
  preprocessing: PartialPreprocessing | null;
  outputName: string | null;
  probes: readonly ProbeFile[];
  /** null: all probes in order, starting with `startAt`. */
  plan: ProbePlan | null;
  startAt: number;
  /** Used instead of `startAt` with a plan. */
  done: DoneProbes | null;
  cache: { folder: string; maxBytes: number } | null;
  /** Whether each batch is also run with the alternatives of the preprocessing. */
  alternatives: boolean;
}

/** Files that a model keeps weights in, at the places that it names. */
export interface ModelData {
  folder: string;
  /** Their locations in the folder. */
  locations: readonly string[];
}

/** How a run went. */
export interface RunFigures {
  /** Time inside ONNX Runtime, session creation excluded. */
  inferenceMs: number;
  /** Whether all resized pixels came from the cache. */
  pixelsCached: boolean;
  /** Rounds of chosen probes; 0 when all probes are run in order. */
  rounds: number;
  /** Time spent on choosing probes. */
  choosingMs: number;
}

/** Responses to the same probes with one alternative of the preprocessing, or why there are none. */
export type AlternativeResponses = Float32Array | { problem: string };

/** From the worker to its parent. */
export type WorkerMessage =
  /** expectedProbes: probes with responses at the end, unless the run stops earlier or exceeds its budget */
  | {
      kind: 'INSPECTED';
      inspected: ModelInspection;
      expectedProbes: number;
      alternatives: PreprocessingAlternative[];
    }
  /** probes: positions in the probe set; responses: a row of C for each; expectedProbes: as of this batch */
  | {
      kind: 'BATCH';
      probes: Uint32Array;
      responses: Float32Array;
      expectedProbes: number;
      alternatives: AlternativeResponses[];
    }
  /** Instead of the others, in reply to LIST_DATA. */
  | { kind: 'DATA_LISTED'; files: DataReference[] }
  | { kind: 'DONE'; peakMemoryBytes: number; figures: RunFigures }
  | { kind: 'FAILED'; code: ErrorCode; message: string; details: Record<string, unknown> };

/** From the parent to the worker: the job first, then one TAKEN per batch; or LIST_DATA, once. */
export type ParentMessage =
  | { kind: 'START'; job: ProbeJob }
  | { kind: 'TAKEN' }
  | { kind: 'LIST_DATA'; job: Pick<ProbeJob, 'modelFile' | 'maxModelBytes' | 'memoryBytes'> };

/** A list of labels that a model itself has. */
export interface ModelLabels {
  /** In output order; empty where there is none. */
  labels: string[];
  /** Where they are, such as `The model's metadata "names"`. */
  source: string;
}

/** What inspection found out about a model. JSON-serializable. */
export interface ModelInspection {
  input: {
    name: string;
    layout: 'NCHW' | 'NHWC';
    type: 'float32' | 'float16' | 'float64' | 'uint8' | 'int8' | 'int32';
    /** Pixels of the images it receives. */
    width: number;
    height: number;
    channels: 1 | 3;
    /** The model's fixed batch size; null when it takes any. */
    batch: number | null;
  };
  output: {
    /** The tensor that responses are read from; not always a declared output. */
    name: string;
    /** C */
    outputs: number;
  };
  /**
   * LOGITS: the responses are weighted sums, or the normalizer behind them was cut off. UNKNOWN: the graph does not tell, and
   * can hide a normalizer, so the values decide. PROBABILITIES_UNCUT, SIGMOIDS_UNCUT: they come from a softmax, or each from its
   * own sigmoid, that could not be cut off, so they are probabilities.
   */
  responseKind: 'LOGITS' | 'UNKNOWN' | 'PROBABILITIES_UNCUT' | 'SIGMOIDS_UNCUT';
  /** Whether the outputs are independent labels, each with its own sigmoid. */
  multiLabel: boolean;
  /** Labels that the model itself has, in its graph or metadata, whether or not they fit its outputs. */
  labels: ModelLabels[];
  /** Assumptions that were made, one sentence each. */
  notes: string[];
  /** Complete; no defaults apply. */
  preprocessing: PreprocessingSpec;
}

/** Limits on one model's run. */
export interface ProbeLimits {
  /** Resident memory of the process that runs the model. */
  memoryBytes: number;
  /** Time for one batch; for the first one, including the session. */
  stallMs: number;
  /** Time for the whole run; absent: unlimited. */
  totalMs?: number;
  maxModelBytes: number;
  /** Largest C. */
  maxOutputs: number;
}

/** A probe plan: which probes to run, chosen in rounds from the responses so far. */
export interface ProbePlan {
  /** File of an encoded `ResponsePrior` of the probe set. */
  priorPath: string;
  /** Probes to run, as a share of all, (0, 1]. */
  budget: number;
  /** Stop at this mean expected error of the logits; 0: never. */
  errorBound: number;
  /** Run all probes if the error after the budget exceeds this multiple of the gallery's; 0: never. */
  errorFactor: number;
}

/** The finished probes of an interrupted run. */
export interface DoneProbes {
  /** Positions in the probe set, in the order in which they were run. */
  probes: Uint32Array;
  /** One row of C for each of them. */
  responses: Float32Array;
}

/** One probe image; its digest is the key in the pixel cache. */
export interface ProbeFile {
  path: string;
  /** SHA-256 of the file, hex. */
  digest: string;
}
