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

/** One image to run: where its file is, and its content hash (the pixel cache is keyed by it). */
export interface ProbeFile {
  path: string;
  /** SHA-256 of the file, hex. */
  digest: string;
}
