import { access, stat } from 'node:fs/promises';

/** Whether a file or folder can be found at this path. False also when a folder above it cannot be entered. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The same, for decisions that must not take a folder that cannot be entered for an empty one. @throws errors of `node:fs` */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw thrown;
  }
}
