import type { Figures } from '../statistics/metrics.js';

/** One row of the table. */
export interface Row extends Figures {
  row: string;
  probeSet: string;
  /** `paper`, `ours`, a baseline, or a step between. */
  method: string;
  /** The paper's k, chosen on the other half; null for methods that have none. */
  k: number | null;
}
