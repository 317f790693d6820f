export {
  type ConnectionErrorCode,
  type ErrorDetails,
  isProbelogError,
  type OperationErrorCode,
  ProbelogClientError,
  type ProbelogError,
  type ProbelogErrorCode,
} from './client-error.js';
export type { CallOptions, ClientOptions } from './client-options.js';
export {
  type AnswerFit,
  type ConnectedRegistry,
  createClient,
  type FitOptions,
  type IngestOptions,
  type LogitName,
  type LogitQuery,
  type LogitQuestion,
  type LogitSearchOptions,
  type ModelCountOptions,
  type ModelCounts,
  type ModelDetails,
  type ModelListOptions,
  type OutputName,
  type ProbelogClient,
  type Similarity,
  type Suggestion,
  type Viewer,
} from './create-client.js';
export type { ListOptions, Page } from './edges.js';
export type { FollowOptions } from './follow-ingest.js';
export type { GalleryMap, GalleryMapOptions } from './gallery-map.js';
export type { ServerErrorCode } from './generated/error-codes.js';
export type {
  IngestFactsFragment as Ingest,
  LogitFactsFragment as Logit,
  LogitMatchFragment as LogitMatch,
  ModelFactsFragment as Model,
  ModelMatchFragment as ModelMatch,
} from './generated/operations.js';
export * from './generated/operations.js';
export type { Picture, QueryImage } from './image-text.js';
export type { Operation } from './operation.js';
export type { ProbeImage, ProbeImageOptions } from './probe-image.js';
export type { ProbeKit } from './probe-kit.js';
export type { ModelFile, ModelUploadOptions, ModelUploadProgress, UploadedModel } from './upload-model.js';
export type { UploadedResponses, UploadOptions } from './upload-responses.js';
