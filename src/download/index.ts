export { download, readSmall } from './download.js';
export { type DownloadPlace, downloadToFile } from './download-to-file.js';
export type { LookupFunction } from './guarded-agent.js';
export { guardedFetch } from './guarded-fetch.js';
export { Pace, type PaceLimits } from './pace.js';
export type { FinishedFile } from './part-file.js';
export type { ConfiguredOrigin, DownloadLimits, RemoteFile } from './remote-file.js';
export { S3Bucket, type S3Connection } from './s3-bucket.js';
export { badStatus, sourceMayRecover } from './source-errors.js';
