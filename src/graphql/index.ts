import 'reflect-metadata';

export { conceptQuery, conceptsQuery, namedQueryOf } from './concept/named-query.js';
export { buildSubgraph, generateSubgraphSdl, type SubgraphOptions } from './federation/subgraph.js';
export { uploadReply } from './ingest/upload-reply.js';
export { checkText, operationCheck, parseOperation, parseOptions } from './limits/check-operation.js';
export { evidenceOf } from './logit/evidence-of.js';
export { modelSummary } from './model/model-summary.js';
export { findKit } from './probe-set/find-kit.js';
export { thumbnailSize } from './probe-set/thumbnail-size.js';
export { buildSchema, generateSdl } from './schema/build-schema.js';
export { type Caller, type Context, createContext } from './schema/context.js';
export { formatError } from './schema/format-error.js';
export { claimKeyOf, globalId, keyOf, logitKeyOf } from './schema/global-id.js';
export { checkScopes } from './schema/guard-fields.js';
export type { Services } from './schema/services.js';
export {
  type EmbeddedGraph,
  type EmbeddedGraphOptions,
  embedGraph,
  type HostModel,
  type ModelVersion,
} from './schema-transform/embedded-graph.js';
export type { KeyFields, ModelKey } from './schema-transform/model-key.js';
export type { TransformedResolver, TransformedResolvers } from './schema-transform/transform-resolvers.js';
export { checkFilter, conditionsOf } from './search/logit-filter.js';
