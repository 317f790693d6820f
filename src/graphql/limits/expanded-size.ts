import {
  type ArgumentNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { tooComplex } from './limit-rules.js';

/** Fields and values of an operation whose fragments are written out. One without fragments has about half as many as tokens. */
const MAX_SIZE = 10_000;

/**
 * Limits how large an operation becomes when each use of a fragment is replaced by what the fragment holds.
 *
 * Threat model: what counts an operation's cost walks through each use, and coerces the values there. Twelve fragments that
 * use the next one twice are 4,096 uses of the last one; with a list of 1,800 values in it, they took 1.4 s.
 *
 * @param document a valid one, so fragments do not contain themselves
 * @returns the error of a document beyond the limit
 */
export function expandedSizeError(document: DocumentNode): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  /** Each set is counted once, however many places use it. */
  const known = new Map<SelectionSetNode, number>();

  const sizeOf = (set: SelectionSetNode | undefined): number => {
    if (!set) return 0;
    const size = known.get(set) ?? sum(set.selections, sizeOfSelection);
    known.set(set, size);
    return size;
  };
  const sizeOfSelection = (selection: SelectionNode): number => {
    const own = 1 + sum(selection.directives, sizeOfArguments);
    if (selection.kind === Kind.INLINE_FRAGMENT) return own + sizeOf(selection.selectionSet);
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return own + sizeOf(fragments.get(selection.name.value)?.selectionSet);
    return own + sizeOfArguments(selection) + sizeOf(selection.selectionSet);
  };

  const size = sum(document.definitions, (definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? sizeOf(definition.selectionSet) : 0,
  );
  if (size <= MAX_SIZE) return null;
  const originalError = tooComplex('fields', MAX_SIZE);
  return new GraphQLError(originalError.message, { originalError });
}

function sizeOfArguments({ arguments: given }: { arguments?: readonly ArgumentNode[] }): number {
  return sum(given, ({ value }) => sizeOfValue(value));
}

function sizeOfValue(value: ValueNode): number {
  if (value.kind === Kind.LIST) return 1 + sum(value.values, sizeOfValue);
  if (value.kind === Kind.OBJECT) return 1 + sum(value.fields, (field) => sizeOfValue(field.value));
  return 1;
}

function sum<Item>(items: readonly Item[] | undefined, numberOf: (item: Item) => number): number {
  return (items ?? []).reduce((total, item) => total + numberOf(item), 0);
}
