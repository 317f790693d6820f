import { Arg, Ctx, Field, ID, InterfaceType, Query, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import type { Context } from './context.js';
import { keyOf, kindOf, logitKeyOf } from './global-id.js';
import { checkScopes, scopesOfField } from './guard-fields.js';

/**
 * An object that can be fetched again by its id: Relay's object identification.
 *
 * Only our own graph has it. Inside another server or in a supergraph, `node` would have to find the objects of all
 * others too (schema-transform/graph-names.ts leaves it out).
 */
@InterfaceType({
  description: 'An object with an id, which `node(id:)` takes.',
  resolveType: ({ __typename }: { __typename: string }) => __typename,
})
export abstract class Node {
  @Field(() => ID, { description: 'Unique over all types.' })
  id!: string;
}

/** A type of node. */
interface NodeType {
  /** The field of Query whose scopes it takes. */
  field: string;
  find(context: Context, id: string): Promise<object | null>;
}

const NODES: Readonly<Record<string, NodeType>> = {
  Model: { field: 'model', find: ({ loaders }, id) => loaders.model.load(keyOf('Model', id)) },
  Logit: { field: 'logit', find: ({ loaders }, id) => loaders.logit.load(logitKeyOf(id)) },
  Ingest: { field: 'ingest', find: ({ loaders }, id) => loaders.ingest.load(keyOf('Ingest', id)) },
  ProbeSet: { field: 'probeSets', find: ({ loaders }, id) => loaders.probeSet.load(keyOf('ProbeSet', id)) },
};

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description:
      'The model, logit, ingest or probe set with this id; null when there is none that the caller may see.',
  })
  async node(@Ctx() context: Context, @Arg('id', () => ID) id: string): Promise<object | null> {
    const kind = kindOf(id) ?? '';
    if (!Object.hasOwn(NODES, kind)) {
      const kinds = Object.keys(NODES).join(', ');
      throw new ProbelogError(
        'ID_INVALID',
        `${JSON.stringify(id.slice(0, 100))} is not the id of a node. Nodes: ${kinds}.`,
      );
    }
    const { field, find } = NODES[kind];
    checkScopes(context.principal, scopesOfField('Query', field) ?? []);
    const found = await find(context, id);
    return found && { ...found, __typename: kind };
  }
}
