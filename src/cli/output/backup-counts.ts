import type { BackupContents } from '../../store/index.js';

/** What a backup holds, as `backup` and `restore` tell it. */
export interface BackupCounts {
  models: number;
  logits: number;
  probeSets: number;
  keys: number;
  files: number;
}

export function backupCounts({
  manifest: { tables },
  blobs,
}: Pick<BackupContents, 'manifest' | 'blobs'>): BackupCounts {
  return {
    models: tables.model ?? 0,
    logits: tables.logit ?? 0,
    probeSets: tables.probe_set ?? 0,
    keys: tables.api_key ?? 0,
    files: blobs,
  };
}
