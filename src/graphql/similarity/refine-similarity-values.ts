import { GraphQLFloat, GraphQLList, GraphQLNonNull, type GraphQLSchema, isObjectType } from 'graphql';

/**
 * Makes `SimilarityMatrix.values` a `[[Float]!]!`: any value may be null, a row may not. The decorators of type-graphql
 * can only say one thing for the items of all nested lists.
 */
export function refineSimilarityValues(schema: GraphQLSchema): GraphQLSchema {
  const type = schema.getType('SimilarityMatrix');
  if (!isObjectType(type)) throw new Error('the schema has no SimilarityMatrix');
  const row = new GraphQLNonNull(new GraphQLList(GraphQLFloat));
  type.getFields().values.type = new GraphQLNonNull(new GraphQLList(row));
  return schema;
}
