export { backUp } from './backup/back-up.js';
export { type RestoredBackup, restoreBackup } from './backup/restore-backup.js';
export type { BackupContents } from './backup/write-backup.js';
export { type BlobContent, BlobStore, type StoredBlob } from './blob-store.js';
export { checkLabels } from './check-labels.js';
export { EXTERNAL_SOURCE, modelExternal } from './external-model.js';
export { folderHolder, lockFolder } from './folder-lock.js';
export { lookAtStore, type StoreLook } from './look-at-store.js';
export { openStore, type Store, type StoreOptions } from './open-store.js';
export type {
  AccessScope,
  ApiKeyRecord,
  AuditAction,
  AuditRecord,
  CreatedPosition,
  DeliveryOutcome,
  DeliveryRecord,
  IngestRecord,
  IngestStage,
  IngestState,
  LogitKey,
  LogitRecord,
  LogitStatus,
  ModelRecord,
  ModelStatus,
  ProbeRecord,
  ProbeSetRecord,
  ResponseKind,
  SweepRecord,
  SweptVersions,
} from './records.js';
export type { ApiKeys, NewApiKey } from './repositories/api-keys.js';
export type { AuditFilter } from './repositories/audit.js';
export { type Claim, ClaimLost } from './repositories/claim.js';
export type {
  DeliveredChange,
  DeliveryResult,
  NewDelivery,
  RemovedModel,
} from './repositories/deliveries.js';
export type { ClaimedIngest } from './repositories/ingests.js';
export type { ModelFilter } from './repositories/model-filter.js';
export type { ModelNotes } from './repositories/model-notes.js';
export type { PublishedModel } from './repositories/publish-model.js';
export type { ExternalModel } from './repositories/register-external.js';
export type { NewIngest } from './repositories/register-version.js';
export type { RegisteredVersion } from './repositories/registered-versions.js';
export { asStorageError } from './storage-error.js';
export type { StoreLocation } from './store-location.js';
export { entryBytes, entryHeader, entryPadding, TAR_END } from './tar-entry.js';
export { type Actor, OURSELVES, type Sight, VISIBILITY_LABEL, type Viewer } from './viewer.js';
