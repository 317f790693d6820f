import {
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  lexicographicSortSchema,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  printSchema,
  visit,
} from 'graphql';
import {
  ADDED_FIELDS,
  type GraphNames,
  isTransformedField,
  isTransformedType,
  MODEL,
} from './graph-names.js';

/** How a type of ours is declared in another graph, when not as it stands. */
export type Declare = (type: ObjectTypeDefinitionNode) => ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

/** Our schema as definitions with other names. @param declare by our own names of the types */
export function transformTypeDefs(
  schema: GraphQLSchema,
  names: GraphNames,
  declare: Readonly<Record<string, Declare>> = {},
): DocumentNode {
  const document = parse(printSchema(lexicographicSortSchema(schema)), { noLocation: true });
  const renamed = (node: { name: { value: string } }) => ({
    ...node,
    name: { ...node.name, value: names.type(node.name.value) },
  });
  return visit(document, {
    ObjectTypeDefinition: {
      enter(node) {
        if (!isTransformedType(node.name.value)) return null;
        const fields = node.fields
          ?.filter((field) => isTransformedField(node.name.value, field.name.value))
          .map((field) => ({
            ...field,
            name: { ...field.name, value: names.field(node.name.value, field.name.value) },
          }));
        const interfaces = node.interfaces?.filter(({ name }) => isTransformedType(name.value));
        return { ...node, fields, interfaces };
      },
      leave: (node) => renamed((declare[node.name.value] ?? same)(node)),
    },
    InterfaceTypeDefinition: (node) => (isTransformedType(node.name.value) ? undefined : null),
    NamedType: renamed,
    EnumTypeDefinition: { leave: renamed },
    InputObjectTypeDefinition: { leave: renamed },
  });
}

function same(type: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode {
  return type;
}

/**
 * The fields that we add to another graph's type for models.
 *
 * They are nullable: the model may not be registered here, and an error of ours must not null the other graph's fields.
 */
export function addedFields(type: ObjectTypeDefinitionNode): readonly FieldDefinitionNode[] {
  if (type.name.value !== MODEL) throw new Error('only a Model has fields to add');
  return (type.fields ?? [])
    .filter(({ name }) => ADDED_FIELDS.includes(name.value))
    .map((field) => ({
      ...field,
      type: field.type.kind === Kind.NON_NULL_TYPE ? field.type.type : field.type,
    }));
}
