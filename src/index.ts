import 'reflect-metadata';

export {
  type CallerOf,
  createProbelog,
  type HostCaller,
  type Probelog,
  type ProbelogOptions,
  type RegisteredModel,
  type Registration,
} from './embed/index.js';
export { ERRORS, type ErrorCode, type ErrorEntry, ProbelogError } from './errors/index.js';
export type {
  HostModel,
  ModelKey,
  ModelVersion,
  ShapedResolver,
  ShapedResolvers,
} from './graphql/index.js';
export type { NodeHandler } from './http/index.js';
export type { IngestRequest, ProbingRequest } from './ingest/index.js';
export type { Log } from './service/index.js';
