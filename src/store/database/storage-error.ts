import { ProbelogError } from '../../errors/index.js';

const DISK_FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** Turns an error of a full disk into STORAGE_FULL; returns any other error unchanged. */
export function asStorageError(thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (!DISK_FULL.includes(code)) return thrown;
  return new ProbelogError(
    'STORAGE_FULL',
    'The disk of the data folder is full. Free some space and try again. No incomplete file was left.',
    {},
    { cause: thrown },
  );
}
