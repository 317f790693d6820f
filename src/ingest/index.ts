export { diagnoseModel } from './diagnose/diagnose-model.js';
export type { DiagnosedPreprocessing, Diagnosis } from './diagnose/diagnose-preprocessing.js';
export { suggestionOf } from './diagnose/suggestion.js';
export type { ExportFormat } from './export/array-files.js';
export { exportGallery } from './export/export-gallery.js';
export { type ByteRange, byteRangeOf } from './model-uploads/byte-range.js';
export { sha256In } from './model-uploads/content-digest.js';
export { type ModelUpload, ModelUploads } from './model-uploads/model-uploads.js';
export type { UploadedFile } from './model-uploads/upload-folder.js';
export { type DryRun, dryRun } from './pipeline/dry-run.js';
export { findProbeSet } from './pipeline/find-probe-set.js';
export { ModelCache } from './pipeline/model-cache.js';
export { type PipelineDependencies, runIngest } from './pipeline/run-ingest.js';
export type { GalleryWriter } from './pipeline/sync-to-gallery.js';
export { cleanUpWork } from './pipeline/work-folder.js';
export { openKit, type ProbeKit } from './probe-kit/open-kit.js';
export { IngestFeed } from './queue/ingest-feed.js';
export {
  type IngestRequest,
  type ModelRegistration,
  type ProbingRequest,
  validateProbing,
} from './queue/ingest-request.js';
export {
  IngestService,
  type InspectModel,
  type NameableFiles,
  type ReprobeOptions,
} from './queue/ingest-service.js';
export { IngestWorker } from './queue/ingest-worker.js';
export type { RunnerClaimKey } from './runners/runner-claim.js';
export type { RunnerPiece } from './runners/runner-pieces.js';
export type { RunnerFailureReason, RunnerResult } from './runners/runner-request.js';
export { RunnerService, type RunnerWork } from './runners/runner-service.js';
export { type FileToSend, filesToSend } from './sources/files-to-send.js';
export { readLabels } from './sources/read-labels.js';
export type { RegisteredModel, RegistryAccess, RunnerModel } from './sources/remote-sources.js';
export { ResponseUploads, type UploadOutcome } from './uploads/response-uploads.js';
export { parseUploadForm, type UploadForm } from './uploads/upload-form.js';
