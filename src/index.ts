import 'reflect-metadata';

export type { Log } from './app/index.js';
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
  TransformedResolver,
  TransformedResolvers,
} from './graphql/index.js';
export type { IngestRequest, ProbingRequest } from './ingest/index.js';
export type { NodeHandler } from './server/index.js';
