import 'reflect-metadata';

export {
  createProbelog,
  type Probelog,
  type ProbelogOptions,
  type RegisteredModel,
  type Registration,
} from './embed/index.js';
export { type ErrorCode, ProbelogError } from './errors/index.js';
export type { HostModel, ModelKey, ModelVersion } from './graphql/index.js';
