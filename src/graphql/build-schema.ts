import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchema as buildTypeGraphqlSchema } from 'type-graphql';
import { guardFields } from './guard-fields.js';
import { markSearches } from './mark-searches.js';
import { refineSimilarityValues } from './refine-similarity-values.js';
import { AccessResolver } from './resolvers/access.js';
import { AuditResolver } from './resolvers/audit.js';
import { ConceptResolver } from './resolvers/concept.js';
import { IngestResolver } from './resolvers/ingest.js';
import { LogitResolver } from './resolvers/logit.js';
import { LogitEdgeResolver } from './resolvers/logit-edge.js';
import { ModelResolver } from './resolvers/model.js';
import { MutationResolver } from './resolvers/mutation.js';
import { ProbeResolver, ProbeSetResolver } from './resolvers/probe.js';
import { ProbingResolver } from './resolvers/probing.js';
import { QueryResolver } from './resolvers/query.js';
import { RegistrySweepResolver } from './resolvers/registry-sweep.js';
import { SimilarityResolver } from './resolvers/similarity.js';
import { SubscriptionResolver } from './resolvers/subscription.js';

/** The executable schema. */
export async function buildSchema(): Promise<GraphQLSchema> {
  const schema = await buildTypeGraphqlSchema({
    resolvers: [
      QueryResolver,
      MutationResolver,
      SubscriptionResolver,
      AccessResolver,
      AuditResolver,
      ConceptResolver,
      IngestResolver,
      LogitEdgeResolver,
      LogitResolver,
      ModelResolver,
      ProbeResolver,
      ProbeSetResolver,
      ProbingResolver,
      RegistrySweepResolver,
      SimilarityResolver,
    ],
    // Inputs are checked where they are used, with our own codes.
    validate: false,
    pubSub: noTopics,
  });
  return markSearches(guardFields(refineSimilarityValues(schema)));
}

/** Our subscriptions bring their own event streams; type-graphql insists on a hub for named topics all the same. */
const noTopics = {
  publish: () => undefined,
  subscribe: (): AsyncIterable<never> => {
    throw new Error('there are no topics');
  },
};
