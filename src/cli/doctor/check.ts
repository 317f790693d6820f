import type { Machine } from './machine.js';

/** How a thing was found to be. A skipped one was not looked at. */
export type FindingState = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check found. It never holds a secret. */
export interface Finding {
  state: FindingState;
  /** What is so; of what is wrong, what it means. */
  says: string;
  /** The one command or setting that mends it; null where nothing need be mended. */
  mend: string | null;
}

/** One thing that can be wrong on a machine. */
export interface Check {
  /** What is looked at, in a word or two. */
  name: string;
  /**
   * Looks, and changes nothing that stays.
   *
   * What cannot be looked at because something else is wrong is thrown as {@link Skipped}; anything else that is thrown
   * counts as a failure of this check, and of no other.
   */
  run(machine: Machine): Promise<Finding | Finding[]>;
}

/** Why a check cannot look. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

export const ok = (says: string): Finding => ({ state: 'ok', says, mend: null });
export const warning = (says: string, mend: string): Finding => ({ state: 'warning', says, mend });
export const failed = (says: string, mend: string): Finding => ({ state: 'failed', says, mend });
