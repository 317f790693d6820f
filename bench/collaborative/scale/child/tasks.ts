import type { BuildTask } from '../../../../src/search/build/build-snapshot.js';

/** A gallery as a whole. */
export interface MadeSize {
  probes: number;
  families: number;
}

/** What a measuring process is asked to do: one thing, so that its peak memory is that of the one thing. */
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

/** What it answers. */
export interface ScaleAnswer {
  /** Of the task; of choosing and completing for COMPLETE. */
  seconds: { fit: number } | { choosing: number; completion: number };
  /** Null where the system does not tell. */
  peakMiB: number | null;
}
