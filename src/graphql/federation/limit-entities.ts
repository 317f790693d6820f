import { type GraphQLSchema, isUnionType } from 'graphql';
import { ProbelogError } from '../../errors/index.js';
import { guardField } from '../schema/guard-fields.js';

/** References of one request: as many as ten full pages have. */
const MAX_REFERENCES = 1_000;

/**
 * Checks the caller's scopes for Federation's own fields, and the references of `_entities`, before any lookup.
 *
 * Threat model: `_entities` takes any JSON, and callers other than a gateway may send some.
 */
export function limitEntities(schema: GraphQLSchema): GraphQLSchema {
  const { _entities: field, _service: service } = schema.getQueryType()?.getFields() ?? {};
  const entity = schema.getType('_Entity');
  if (!field?.resolve || !service || !isUnionType(entity)) throw new Error('the subgraph has no entities');
  const known = new Set(entity.getTypes().map(({ name }) => name));
  const resolve = field.resolve;
  field.resolve = (source, args, context, info) => {
    check(args.representations, known);
    return resolve(source, args, context, info);
  };
  for (const own of [field, service]) guardField('Query', own);
  return schema;
}

/** @throws ProbelogError INPUT_INVALID */
function check(references: unknown[], known: ReadonlySet<string>): void {
  if (references.length > MAX_REFERENCES) {
    throw new ProbelogError(
      'INPUT_INVALID',
      `There are ${references.length} references; at most ${MAX_REFERENCES} are taken.`,
      { argument: 'representations', most: MAX_REFERENCES },
    );
  }
  for (const reference of references) {
    const { __typename: type } = Object(reference) as { __typename?: unknown };
    if (typeof type === 'string' && known.has(type)) continue;
    throw new ProbelogError(
      'INPUT_INVALID',
      `A reference has no __typename of an entity; there are ${[...known].join(', ')}.`,
      { argument: 'representations' },
    );
  }
}
