export type { ExportFormat } from './export/array-file.js';
export { exportGallery } from './export/export-gallery.js';
export { findProbeSet } from './find-probe-set.js';
export type { GalleryWriter } from './index-published.js';
export { IngestFeed } from './ingest-feed.js';
export {
  type IngestRequest,
  type ModelRegistration,
  type ProbingRequest,
  validateProbing,
} from './ingest-request.js';
export { IngestService, type NameableFiles, type ReprobeOptions } from './ingest-service.js';
export { IngestWorker } from './ingest-worker.js';
export { openKit, type ProbeKit } from './kit/open-kit.js';
export { ModelCache } from './model-cache.js';
export { type PipelineDependencies, runIngest } from './run-ingest.js';
export { parseLabels } from './source/labels.js';
export type { RegisteredModel, RegistryAccess } from './source/registry-access.js';
export { ResponseUploads, type UploadOutcome } from './upload/response-uploads.js';
export { parseUploadForm, type UploadForm } from './upload/upload-form.js';
export { sweepWork } from './work-folder.js';
