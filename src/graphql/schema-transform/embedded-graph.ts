import DataLoader from 'dataloader';
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import { ProbelogError } from '../../errors/index.js';
import type { ModelRecord } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import { formatError } from '../schema/format-error.js';
import { globalId } from '../schema/global-id.js';
import { checkModelType, graphNames, lowerFirst, MODEL } from './graph-names.js';
import { checkModelKey, type ModelKey } from './model-key.js';
import { type Meeting, type TransformedResolvers, transformResolvers } from './transform-resolvers.js';
import { addedFields, type Declare, transformTypeDefs } from './transform-type-defs.js';

/** A model, as ProbeLog identifies it. */
export interface ModelVersion {
  /** The id that our queries and mutations take. */
  id: string;
  name: string;
  version: string;
}

/** The type of a host that stands for a model version; our fields are added to it. */
export interface HostModel {
  /** Its name in the host's graph. */
  type: string;
  /** Which model version one of its objects is; by its `name` and `version` when absent. */
  key?(object: object): ModelKey;
  /**
   * The host's objects of model versions that were found, in the order of `versions`, null for one that it does not have.
   * Called once for all that a request needs at a time. When absent, they are objects of name and version.
   */
  load?(versions: readonly ModelVersion[], context: object): Promise<readonly (object | null)[]>;
}

/** How our part of a host's graph is made. */
export interface EmbeddedGraphOptions {
  /** See {@link graphNames}. */
  prefix: string;
  model?: HostModel;
  /** Gets the details of internal errors, which callers do not. */
  log(message: string, details: object): void;
}

/** Our part of a host's graph. */
export interface EmbeddedGraph {
  typeDefs: DocumentNode;
  resolvers: TransformedResolvers;
  /** Where our part of the host's context is. */
  contextKey: string;
  /** A field of Query that is there when our part was merged. */
  queryField: string;
}

/**
 * Our schema as a part of another: definitions and resolvers to be merged with a host's.
 *
 * @throws ProbelogError CONFIG_INVALID when the host's type has a name that ProbeLog uses
 */
export function embedGraph(schema: GraphQLSchema, options: EmbeddedGraphOptions): EmbeddedGraph {
  const { prefix, model, log } = options;
  const names = graphNames(schema, prefix, model?.type);
  if (model) checkModelType(schema, names, model.type);
  const contextKey = lowerFirst(prefix) || 'probelog';
  const meeting: Meeting = {
    context: (theirs) => contextIn(theirs, contextKey),
    error: (thrown) => asGraphqlError(thrown, log),
    model: model && meetingModel(model, contextKey),
  };
  return {
    typeDefs: transformTypeDefs(schema, names, model ? { [MODEL]: asExtension } : {}),
    resolvers: transformResolvers(schema, names, meeting),
    contextKey,
    queryField: names.field('Query', 'logits'),
  };
}

const asExtension: Declare = (type) => ({
  kind: Kind.OBJECT_TYPE_EXTENSION,
  name: type.name,
  fields: addedFields(type),
});

function contextIn(theirs: unknown, key: string): Context {
  const ours = (theirs as Record<string, unknown> | null | undefined)?.[key];
  if (ours) return ours as Context;
  throw new ProbelogError(
    'CONFIG_INVALID',
    `The context of this request has no "${key}": the server's context function must return what ProbeLog's context() gives, beside its own.`,
  );
}

/** An error in the same form in every server: its stable code; only an id for an internal error. */
function asGraphqlError(thrown: unknown, log: EmbeddedGraphOptions['log']): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  const { message, extensions } = formatError({ message: '' }, thrown, log);
  return new GraphQLError(message, { extensions });
}

function meetingModel({ key = nameAndVersion, load }: HostModel, contextKey: string): Meeting['model'] {
  const loaders = new WeakMap<Context, DataLoader<ModelRecord, object | null>>();
  const loaderFor = (theirs: object) => {
    const ours = contextIn(theirs, contextKey);
    const loader =
      loaders.get(ours) ??
      new DataLoader<ModelRecord, object | null>(async (records) => {
        const versions = records.map(versionOf);
        const found = (await load?.(versions, theirs)) ?? [];
        return versions.map((version, place) => found[place] ?? version);
      });
    loaders.set(ours, loader);
    return loader;
  };
  return {
    record: async (parent, context) =>
      contextIn(context, contextKey).loaders.modelByKey.load(checkModelKey(key(parent as object))),
    node: (record, context) => loaderFor(context as object).load(record),
  };
}

function nameAndVersion(object: object): ModelKey {
  const { name, version } = object as { name: string; version: string };
  return { name, version };
}

function versionOf({ id, name, version }: ModelRecord): ModelVersion {
  return { id: globalId('Model', id), name, version };
}
