import { ProbelogError } from '../../errors/index.js';

const DISK_FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** STORAGE_FULL when a write failed for want of room, whoever made it; anything else as it is. */
export function asStorageError(thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (!DISK_FULL.includes(code)) return thrown;
  return new ProbelogError(
    'STORAGE_FULL',
    'The disk of the data folder is full. Free some space and ingest again; nothing was half-written.',
    {},
    { cause: thrown },
  );
}
