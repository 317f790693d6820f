import { messageOf, ProbelogError } from '../../errors/index.js';
import { withDeadline } from '../../lib/deadline.js';
import { type Check, type Finding, Skipped } from './check.js';
import type { Machine } from './machine.js';

/** A finding, with the name of its check. */
export interface CheckedFinding extends Finding {
  check: string;
}

/** Longer than any check takes unless it hangs, for example on a network folder whose server is gone. */
const MAX_MS = 60_000;

/** Runs checks one after another, and yields their findings. No check depends on another. */
export async function* runChecks(
  checks: readonly Check[],
  machine: Machine,
): AsyncGenerator<CheckedFinding, void> {
  for (const check of checks) {
    const found = await withDeadline(MAX_MS, stuck, () => check.run(machine)).catch(asFinding);
    for (const finding of [found].flat()) yield { check: check.name, ...finding };
  }
}

function stuck(): Error {
  return new Error(`no result within ${MAX_MS / 1000} s`);
}

function asFinding(thrown: unknown): Finding {
  if (thrown instanceof Skipped) return { state: 'skipped', says: `because ${thrown.message}`, mend: null };
  if (isLoading(thrown)) {
    const [reason] = messageOf(thrown).split('\n');
    return {
      state: 'skipped',
      says: `because a part of the program cannot be loaded: ${reason}`,
      mend: null,
    };
  }
  const says = thrown instanceof ProbelogError ? `${thrown.code}: ${thrown.message}` : messageOf(thrown);
  return { state: 'failed', says, mend: null };
}

/** Checks import the parts of the program that they need when they need them: a package may be absent, or not fit the machine. */
function isLoading(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return code.startsWith('ERR_MODULE') || code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED';
}
