import { type GraphQLSchema, isScalarType } from 'graphql';
import { ProbelogError } from '../../errors/index.js';

const ROOTS = ['Query', 'Mutation', 'Subscription'];
export const MODEL = 'Model';
/** Fields of our Model that are added to another graph's type; its own fields stay its owner's. */
export const ADDED_FIELDS: readonly string[] = [
  'logits',
  'logit',
  'recognizes',
  'recognises',
  'probing',
  'summary',
  'outputNames',
];

/** Relay's object identification, and what the caller may do: another graph has its own, or none. */
const OWN_TYPES = ['Node', 'Viewer'];
const OWN_FIELDS = ['Query.node', 'Query.viewer'];

/** Whether a type is part of another graph. */
export function isTransformedType(name: string): boolean {
  return !OWN_TYPES.includes(name);
}

/** Whether a field is part of another graph. */
export function isTransformedField(type: string, field: string): boolean {
  return !OWN_FIELDS.includes(`${type}.${field}`);
}

/** The names of our types and root fields in another graph. */
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

/** @throws ProbelogError CONFIG_INVALID when the type that stands for a model version has a name that ProbeLog uses */
export function checkModelType(schema: GraphQLSchema, names: GraphNames, type: string): void {
  const others = Object.keys(schema.getTypeMap()).filter((name) => name !== MODEL && isTransformedType(name));
  if (!others.some((name) => names.type(name) === type)) return;
  throw new ProbelogError(
    'CONFIG_INVALID',
    `The model type cannot be ${type}: ProbeLog already has a type with this name. Choose another name or set a prefix.`,
  );
}
