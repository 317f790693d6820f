import { createRequire } from 'node:module';

/** The part of fs-native-extensions that we use: a lock of an open file, which the system drops when the process ends. */
interface FileLocks {
  /** False when another open file has the lock. */
  tryLock(fd: number, options?: { shared?: boolean }): boolean;
}

/** Errors of file systems without locks, such as some network file systems. */
const NO_LOCKS = ['ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'ENOSYS'];

let loaded: FileLocks | null | undefined;

/**
 * Locks an open file until it is closed or the process ends.
 *
 * The system decides, so it also decides between containers, which do not see each other's processes (docs/adr/0008-kernel-lock.md).
 *
 * @param mode SHARED only tells whether another process has the lock
 * @returns NONE when the platform has no binary of the package, or the file system no locks
 */
export function lockFile(fd: number, mode: 'EXCLUSIVE' | 'SHARED'): 'LOCKED' | 'TAKEN' | 'NONE' {
  const locks = load();
  if (!locks) return 'NONE';
  try {
    return locks.tryLock(fd, { shared: mode === 'SHARED' }) ? 'LOCKED' : 'TAKEN';
  } catch (thrown) {
    if (NO_LOCKS.includes((thrown as NodeJS.ErrnoException).code ?? '')) return 'NONE';
    throw thrown;
  }
}

function load(): FileLocks | null {
  if (loaded === undefined) {
    try {
      loaded = createRequire(import.meta.url)('fs-native-extensions') as FileLocks;
    } catch {
      loaded = null;
    }
  }
  return loaded;
}
