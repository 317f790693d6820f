import type { Machine } from './machine.js';

/** The result of a check. */
export type FindingState = 'ok' | 'warning' | 'failed' | 'skipped';

/** A finding; it never contains a secret. */
export interface Finding {
  state: FindingState;
  /** The state of the thing; for a problem, also its consequence. */
  says: string;
  /** The command or setting that fixes it; null if nothing is wrong. */
  mend: string | null;
}

/** A check of one thing that can be wrong with a machine. */
export interface Check {
  /** The thing that is checked, in a word or two. */
  name: string;
  /**
   * Checks, and changes nothing.
   *
   * Throws {@link Skipped} if another problem makes the check impossible. Any other error is a failure of this check only.
   */
  run(machine: Machine): Promise<Finding | Finding[]>;
}

/** The reason why a check is impossible. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

export const ok = (says: string): Finding => ({ state: 'ok', says, mend: null });
export const warning = (says: string, mend: string): Finding => ({ state: 'warning', says, mend });
export const failed = (says: string, mend: string): Finding => ({ state: 'failed', says, mend });
