import type { BuildTask } from '../../../../src/search/snapshot/build/build-snapshot.js';

/** A gallery as a whole. */
export interface MadeSize {
  probes: number;
  families: number;
}

/** The task of a measuring process: one only, so that its peak memory belongs to it. */
export type ScaleTask =
  | { kind: 'BUILD'; build: BuildTask }
  | { kind: 'BASIS'; build: BuildTask }
  | {
      kind: 'COMPLETE';
      priorPath: string;
      size: MadeSize;
      /** One that the gallery lacks. */
      model: number;
      outputs: number;
      /** Share of the probes that is run. */
      share: number;
    };

/** Of one model. */
export interface CompletionSeconds {
  choosing: number;
  /** Completed by a thread that is started for it and reads the prior. */
  starting: number;
  /** Completed by a thread that runs already and holds the prior. */
  running: number;
}

/** What it answers. */
export interface ScaleAnswer {
  seconds: { fit: number } | CompletionSeconds;
  /** Null where the system does not tell. */
  peakMiB: number | null;
}
