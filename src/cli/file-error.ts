import { ProbelogError } from '../errors/index.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  EACCES: 'this user may not use it',
  EPERM: 'this user may not change it',
  EROFS: 'its file system is read-only',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EINVAL: 'its file system does not allow that',
  ENOTEMPTY: 'it is not empty',
  EBUSY: 'it is in use',
  EIO: 'the disk reports an error',
};

/** The coded error for an error of the operating system about a file; null for any other. */
export function fileError(thrown: unknown): ProbelogError | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('syscall' in thrown)) return null;
  const reason = REASONS[String(thrown.code)];
  if (reason === undefined) return null;
  const path = 'path' in thrown ? String(thrown.path) : null;
  if (thrown.syscall === 'uv_cwd')
    return fileUnusable('The working folder does not exist any more. Change to another.', thrown);
  return fileUnusable(
    `${path ?? 'A file'} cannot be used: ${reason}. Name another one, or correct its path and permissions.`,
    thrown,
  );
}

/** Why a file that the user named cannot be used, as a clause; the system's message for unusual reasons. */
export function fileReason(thrown: Error & { code?: unknown }): string {
  return REASONS[String(thrown.code)] ?? thrown.message;
}

function fileUnusable(message: string, cause: Error): ProbelogError {
  return new ProbelogError('FILE_UNUSABLE', message, {}, { cause });
}
