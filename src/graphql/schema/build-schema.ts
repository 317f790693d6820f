import 'reflect-metadata';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema as buildTypeGraphqlSchema } from 'type-graphql';
import { AccessResolver } from '../access/api-key-resolver.js';
import { AuditResolver } from '../access/audit-resolver.js';
import { ViewerResolver } from '../access/viewer-resolver.js';
import { ConceptResolver } from '../concept/concept-resolver.js';
import { GalleryResolver } from '../gallery/gallery-resolver.js';
import { IngestResolver } from '../ingest/ingest-resolver.js';
import { markCosts } from '../limits/field-costs.js';
import { LogitEdgeResolver } from '../logit/logit-edge-resolver.js';
import { LogitResolver } from '../logit/logit-resolver.js';
import { MapResolver } from '../map/map-resolver.js';
import { ModelConnectionResolver, ModelFacetsResolver } from '../model/model-facets-resolver.js';
import { ModelResolver } from '../model/model-resolver.js';
import { ModelInspectionResolver } from '../model-upload/model-inspection-resolver.js';
import { ModelUploadResolver } from '../model-upload/model-upload-resolver.js';
import { ProbeResolver, ProbeSetResolver } from '../probe-set/probe-resolver.js';
import { ProbingResolver } from '../probe-set/probing-type.js';
import { ConnectedRegistryResolver } from '../registry/connected-registry-resolver.js';
import { RegistrySweepResolver } from '../registry/registry-sweep-resolver.js';
import { RunnerClaimResolver } from '../runner/runner-claim-resolver.js';
import { RunnerResolver } from '../runner/runner-resolver.js';
import { refineSimilarityValues } from '../similarity/refine-similarity-values.js';
import { SimilarityResolver } from '../similarity/similarity-resolver.js';
import { SuggestionResolver } from '../suggestion/suggestion-resolver.js';
import { guardFields } from './guard-fields.js';
import { NodeResolver } from './node.js';

/** The executable schema. */
export async function buildSchema(): Promise<GraphQLSchema> {
  const schema = await buildTypeGraphqlSchema({
    resolvers: [
      AccessResolver,
      AuditResolver,
      ConceptResolver,
      GalleryResolver,
      IngestResolver,
      LogitEdgeResolver,
      LogitResolver,
      MapResolver,
      ModelConnectionResolver,
      ModelFacetsResolver,
      ModelResolver,
      ModelInspectionResolver,
      ModelUploadResolver,
      NodeResolver,
      ProbeResolver,
      ProbeSetResolver,
      ProbingResolver,
      ConnectedRegistryResolver,
      RegistrySweepResolver,
      RunnerClaimResolver,
      RunnerResolver,
      SimilarityResolver,
      SuggestionResolver,
      ViewerResolver,
    ],
    // Resolvers check their inputs, with our own error codes.
    validate: false,
    pubSub: noTopics,
  });
  return markCosts(guardFields(refineSimilarityValues(schema)));
}

/** The public schema as text, in an order that does not depend on the order of imports. */
export async function generateSdl(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await buildSchema()))}\n`;
}

/** Our subscriptions have their own event streams; type-graphql requires a hub for named topics anyway. */
const noTopics = {
  publish: () => undefined,
  subscribe: (): AsyncIterable<never> => {
    throw new Error('This schema has no topics.');
  },
};
