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
