import type { ErrorCode } from '../errors/index.js';
import type { ModelInspection } from './model-inspection.js';
import type { PartialPreprocessing } from './preprocessing/preprocessing-spec.js';
import type { ProbeFile } from './probe-input.js';

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
  startAt: number;
  cache: { folder: string; maxBytes: number } | null;
}

/** From the child to its parent. */
export type ChildMessage =
  | { kind: 'INSPECTED'; inspected: ModelInspection }
  /** responses: count × C, probe-major */
  | { kind: 'BATCH'; first: number; count: number; responses: Float32Array }
  | { kind: 'DONE'; peakMemoryBytes: number; inferenceMs: number; pixelsCached: boolean }
  | { kind: 'FAILED'; code: ErrorCode; message: string; details: Record<string, unknown> };

/** From the parent to its child: the work first, then one TAKEN for every batch. */
export type ParentMessage = { kind: 'START'; job: ProbeJob } | { kind: 'TAKEN' };
