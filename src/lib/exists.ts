import { access } from 'node:fs/promises';

/** Whether a file or folder can be found at this path. False also when a folder above it cannot be entered. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
