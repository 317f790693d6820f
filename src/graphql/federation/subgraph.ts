import { type DocumentNode, type GraphQLSchema, Kind, parse, print } from 'graphql';
import { markCosts } from '../limits/field-costs.js';
import { buildSchema } from '../schema/build-schema.js';
import { checkModelType, graphNames, MODEL } from '../schema-transform/graph-names.js';
import type { KeyFields } from '../schema-transform/model-key.js';
import { type TransformedResolver, transformResolvers } from '../schema-transform/transform-resolvers.js';
import { transformTypeDefs } from '../schema-transform/transform-type-defs.js';
import { asEntity, asKeyed, asShareable } from './declarations.js';
import { keyResolvers, ownMeeting, referenceResolvers } from './entity-resolvers.js';
import { limitEntities } from './limit-entities.js';

/** How our subgraph fits into a supergraph. */
export interface SubgraphOptions {
  /** Stands before the names of our types and root fields; '' for none. */
  prefix: string;
  /** The entity that stands for a model version, whichever subgraph it is from. */
  modelType: string;
  /** Its key fields, and what each is to us. */
  modelKey: KeyFields;
}

/** As `schema.subgraph.graphql` has it. */
export const DEFAULT_SUBGRAPH: SubgraphOptions = { prefix: '', modelType: MODEL, modelKey: { id: 'id' } };

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])`;

const NOTHING_MORE: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/** The subgraph's definitions, with Federation's directives. */
export async function generateSubgraphSdl(options: SubgraphOptions = DEFAULT_SUBGRAPH): Promise<string> {
  return typeDefsOf(await buildSchema(), options);
}

/** The executable schema of the subgraph. @throws ProbelogError CONFIG_INVALID when the model type has a name that ProbeLog uses */
export async function buildSubgraph(options: SubgraphOptions): Promise<GraphQLSchema> {
  const schema = await buildSchema();
  const { prefix, modelType, modelKey } = options;
  const names = graphNames(schema, prefix, modelType);
  const entities: Record<string, Record<string, TransformedResolver>> = {};
  for (const [type, __resolveReference] of Object.entries(referenceResolvers(modelKey))) {
    entities[names.type(type)] = { __resolveReference };
  }
  Object.assign(entities[modelType], keyResolvers(modelKey));
  // Not loaded by those who need none of it.
  const { buildSubgraphSchema } = await import('@apollo/subgraph');
  const subgraph = buildSubgraphSchema([
    {
      typeDefs: parse(typeDefsOf(schema, options)),
      resolvers: transformResolvers(schema, names, ownMeeting),
    },
    { typeDefs: NOTHING_MORE, resolvers: entities },
  ]);
  return limitEntities(markCosts(subgraph, names));
}

function typeDefsOf(schema: GraphQLSchema, { prefix, modelType, modelKey }: SubgraphOptions): string {
  const names = graphNames(schema, prefix, modelType);
  checkModelType(schema, names, modelType);
  const definitions = transformTypeDefs(schema, names, {
    [MODEL]: asEntity(modelKey),
    Logit: asKeyed('id'),
    Concept: asKeyed('text'),
    PageInfo: asShareable,
  });
  return `${LINK}\n\n${print(definitions)}\n`;
}
