export { buildSchema } from './build-schema.js';
export { checkFilter } from './check-filter.js';
export { conceptSubject, conceptsSubject, subjectOf } from './concept-subject.js';
export { type Caller, type Context, createContext } from './context.js';
export { evidenceOf } from './evidence-of.js';
export { buildSubgraph, generateSubgraphSdl, type SubgraphOptions } from './federation/subgraph.js';
export { formatError } from './format-error.js';
export { generateSdl } from './generate-sdl.js';
export { globalId, keyOf, logitKeyOf } from './global-id.js';
export { checkScopes } from './guard-fields.js';
export * from './limits/index.js';
export { modelSummary } from './model-summary.js';
export { conditionsOf } from './search-page.js';
export type { Services } from './services.js';
export {
  type EmbeddedGraph,
  type EmbeddedGraphOptions,
  embedGraph,
  type HostModel,
  type ModelVersion,
} from './shape/embedded-graph.js';
export type { KeyFields, ModelKey } from './shape/model-key.js';
export type { ShapedResolver, ShapedResolvers } from './shape/shape-resolvers.js';
