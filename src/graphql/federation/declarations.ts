import { type ConstDirectiveNode, type FieldDefinitionNode, Kind } from 'graphql';
import type { KeyFields, KeyPart } from '../schema-transform/model-key.js';
import { addedFields, type Declare } from '../schema-transform/transform-type-defs.js';

const DESCRIPTIONS: Readonly<Record<KeyPart, string>> = {
  id: 'The id of the version in ProbeLog.',
  name: 'The name that the model was registered under.',
  version: 'The version that was registered.',
};

/**
 * The model version as an entity: its key fields, and what we add to it. All else that we know of a version is in
 * `probing`, since fields of one name in two subgraphs would have to mean the same.
 */
export function asEntity(key: KeyFields): Declare {
  return (type) => ({
    ...type,
    fields: [
      ...Object.entries(key).map(([field, part]) => keyField(field, DESCRIPTIONS[part])),
      ...addedFields(type),
    ],
    directives: [directive('key', Object.keys(key).join(' '))],
  });
}

/** An entity that is ours. */
export function asKeyed(fields: string): Declare {
  return (type) => ({ ...type, directives: [directive('key', fields)] });
}

/** A type that other subgraphs may have too, such as Relay's PageInfo. */
export const asShareable: Declare = (type) => ({ ...type, directives: [directive('shareable')] });

/** As hosts type them: what is called an id is an ID, a name or a version is text. */
function keyField(name: string, description: string): FieldDefinitionNode {
  const type = /^id$|Id$/.test(name) ? 'ID' : 'String';
  return {
    kind: Kind.FIELD_DEFINITION,
    description: { kind: Kind.STRING, value: description },
    name: { kind: Kind.NAME, value: name },
    type: {
      kind: Kind.NON_NULL_TYPE,
      type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    },
  };
}

function directive(name: string, fields?: string): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments:
      fields === undefined
        ? []
        : [
            {
              kind: Kind.ARGUMENT,
              name: { kind: Kind.NAME, value: 'fields' },
              value: { kind: Kind.STRING, value: fields },
            },
          ],
  };
}
