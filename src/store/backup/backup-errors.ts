import { ProbelogError } from '../../errors/index.js';

/** @param where such as the path of an entry; it is a stranger's text */
export function backupInvalid(where: string, what: string, cause?: unknown): ProbelogError {
  const shown = JSON.stringify(where.slice(0, 100)).slice(1, -1);
  return new ProbelogError(
    'BACKUP_INVALID',
    `The backup cannot be restored: ${shown}: ${what}. Nothing was restored.`,
    { where: where.slice(0, 100) },
    { cause },
  );
}

export function backupUnsupported(what: string): ProbelogError {
  return new ProbelogError(
    'BACKUP_UNSUPPORTED',
    `The backup cannot be restored by this release: ${what}. Use the release that made it, or a later one.`,
  );
}

export function notEmpty(what: string, remedy: string): ProbelogError {
  return new ProbelogError(
    'RESTORE_NOT_EMPTY',
    `A backup is restored to an empty place only: ${what}. ${remedy}`,
  );
}
