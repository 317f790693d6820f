import { type GraphQLSchema, isScalarType } from 'graphql';

const ROOTS = ['Query', 'Mutation', 'Subscription'];
export const MODEL = 'Model';

/** What our types and root fields are called in somebody else's graph. */
export interface GraphNames {
  type(name: string): string;
  field(type: string, name: string): string;
}

/**
 * @param prefix stands before the names of our types and root fields (`Probelog`: `ProbelogLogit`, `probelogLogits`); ''
 *   leaves them as they are. Scalars keep their names: all graphs mean the same by them.
 * @param modelType the type that stands for a model version
 */
export function graphNames(schema: GraphQLSchema, prefix: string, modelType?: string): GraphNames {
  return {
    type(name) {
      if (name === MODEL && modelType !== undefined) return modelType;
      return ROOTS.includes(name) || isScalarType(schema.getType(name)) ? name : prefix + name;
    },
    field(type, name) {
      if (prefix === '' || !ROOTS.includes(type)) return name;
      return lowerFirst(prefix) + name.charAt(0).toUpperCase() + name.slice(1);
    },
  };
}

/** A prefix as the beginning of a field's name. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
