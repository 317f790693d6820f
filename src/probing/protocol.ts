import type { ErrorCode } from '../errors/index.js';
import type { ModelInspection } from './model-inspection.js';
import type { PartialPreprocessing } from './preprocessing/preprocessing-spec.js';
import type { DoneProbes, ProbeFile, ProbePlan } from './probe-input.js';

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
