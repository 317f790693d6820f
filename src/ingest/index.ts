export { IngestFeed } from './ingest-feed.js';
export { type IngestRequest, type ProbingRequest, validateProbing } from './ingest-request.js';
export { IngestService, type ReprobeOptions } from './ingest-service.js';
export { IngestWorker } from './ingest-worker.js';
export { ModelCache } from './model-cache.js';
export { type GalleryWriter, type PipelineDependencies, runIngest } from './run-ingest.js';
export { parseLabels } from './source/labels.js';
export type { RegisteredModel, RegistryAccess } from './source/registry-access.js';
