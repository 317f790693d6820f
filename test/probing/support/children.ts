import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What test/setup/shared-encoder.ts keeps for all files of a worker. */
const SHARED = 'text/encoder/main.js';

/** Process ids of a process's children, read from /proc, without the shared text encoder; none where there is no /proc. */
export function childrenOf(parent: number): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent && !commandOf(pid).includes(SHARED));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

export function isAlive(pid: number): boolean {
  return parentOf(pid) !== null;
}

function parentOf(pid: number): number | null {
  try {
    // pid (name) state parent …; a zombie is as good as gone.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return state === 'Z' ? null : Number(parent);
  } catch {
    return null;
  }
}
