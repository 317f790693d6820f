import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where temporary folders of this run go; undefined when they stay on the disk. */
    memoryFolder: string | undefined;
  }
}

const MEMORY = '/dev/shm';
const PREFIX = 'probelog-test-';
/** A few data folders at a time, of 60 MB each, and a package with its dependencies. */
const MIN_FREE_BYTES = 4 * 2 ** 30;

/**
 * Gives this run a folder in memory for temporary folders. Most tests copy a data folder of 1,500 files, which takes a second of
 * processor on ext4 and a tenth of one in memory, and a write there never waits for a disk.
 */
export default function memoryFolder({ provide }: TestProject): (() => void) | undefined {
  if (!isSuitable()) {
    provide('memoryFolder', undefined);
    return undefined;
  }
  clearUnused();
  const folder = join(MEMORY, `${PREFIX}${process.pid}`);
  // PostgreSQL runs as another user.
  mkdirSync(folder, { mode: 0o755 });
  provide('memoryFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What killed runs left. */
function clearUnused(): void {
  for (const name of readdirSync(MEMORY))
    if (name.startsWith(PREFIX) && !existsSync(`/proc/${name.slice(PREFIX.length)}`))
      rmSync(join(MEMORY, name), { recursive: true, force: true });
}

/** Containers often have little of it, without the right to run programs there. */
function isSuitable(): boolean {
  try {
    const mount = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .findLast(([, path]) => path === MEMORY);
    const { bavail, bsize } = statfsSync(MEMORY);
    return (
      mount !== undefined &&
      !mount[3].split(',').includes('noexec') &&
      Math.min(bavail * bsize, freemem()) >= MIN_FREE_BYTES
    );
  } catch {
    return false;
  }
}
