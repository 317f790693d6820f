import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import { type GraphNames, graphNames } from '../schema-transform/graph-names.js';

/** Fields that search a gallery, name all outputs of a model, or encode a text; by their names in our own graph. */
const SEARCHES: readonly (readonly [type: string, field: string])[] = [
  ['Query', 'logits'],
  ['Query', 'models'],
  ['Query', 'similarity'],
  ['Concept', 'logits'],
  ['Concept', 'models'],
  ['Concept', 'topProbes'],
  ['Logit', 'similar'],
  ['Logit', 'concepts'],
  ['Model', 'logits'],
  ['Model', 'recognizes'],
  ['Model', 'recognises'],
  ['Model', 'summary'],
];

const MARK = 'probelogSearch';

/** Marks the fields that cost as much as a search, under the names they have in this graph. */
export function markSearchCosts(
  schema: GraphQLSchema,
  names: GraphNames = graphNames(schema, ''),
): GraphQLSchema {
  for (const [typeName, fieldName] of SEARCHES) {
    const type = schema.getType(names.type(typeName));
    const field = isObjectType(type) ? type.getFields()[names.field(typeName, fieldName)] : undefined;
    if (!field) throw new Error(`The schema has no field ${typeName}.${fieldName}.`);
    field.extensions = { ...field.extensions, [MARK]: true };
  }
  return schema;
}

/** Whether a field costs as much as a search. */
export function isSearch({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): boolean {
  return extensions[MARK] === true;
}
