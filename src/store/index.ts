export { entryBytes, entryHeader, entryPadding, TAR_END } from '../lib/tar-entry.js';
export type { ApiKeys, NewApiKey } from './access/api-keys.js';
export type { AuditFilter } from './access/audit.js';
export {
  type Actor,
  INTERNAL_VIEWER,
  VISIBILITY_LABEL,
  type Viewer,
  type VisibilityScope,
} from './access/viewer.js';
export { backUp } from './backup/back-up.js';
export { type RestoredBackup, restoreBackup } from './backup/restore-backup.js';
export type { BackupContents } from './backup/write-backup.js';
export { type BlobContent, BlobStore, type StoredBlob } from './blobs/blob-store.js';
export { announceAddress, folderHolder, hasKernelLock, lockFolder } from './database/folder-lock.js';
export type { StoreLocation } from './database/store-location.js';
export type { DeliverySender, NewDelivery, PrepareIngest } from './deliveries/deliveries.js';
export {
  AccessScope,
  AuditAction,
  DeliveryOutcome,
  IngestStage,
  IngestState,
  LogitStatus,
  ModelStatus,
  ResponseKind,
} from './generated/enums.js';
export { type Claim, ClaimLost } from './ingests/claim.js';
export { type ClaimedIngest, UNFINISHED } from './ingests/ingests.js';
export { inspectStore, type StoreInspection } from './inspect-store.js';
export type { Annotations } from './models/annotations.js';
export type { FoundOutput } from './models/found-outputs.js';
export { MAX_SUGGESTED_LENGTH } from './models/label-suggestions.js';
export type { ChangeResult, ModelChange, RemovedModel, VersionRegistration } from './models/model-change.js';
export type { ModelFacets, RangeCount, ValueCount } from './models/model-facets.js';
export type { ModelFilter } from './models/model-filter.js';
export { type ModelOrder, type ModelPlace, placeOf } from './models/model-order.js';
export type { RegisteredVersion } from './models/models.js';
export { checkLabels, type DataFile, type PublishedModel } from './models/publish-model.js';
export { EXTERNAL_SOURCE, type ExternalModel, modelExternal } from './models/register-external.js';
export { DIRECT_LANE, type NewIngest } from './models/register-version.js';
export { openStore, type Store, type StoreOptions } from './open-store.js';
export type {
  ApiKeyRecord,
  AuditRecord,
  CreatedPosition,
  DeliveryRecord,
  IngestRecord,
  LogitKey,
  LogitRecord,
  ModelFacts,
  ModelRecord,
  ProbeRecord,
  ProbeSetRecord,
  RunnerRecord,
  SweepRecord,
  SweptVersions,
} from './records.js';
