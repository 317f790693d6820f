import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { tooComplex } from './limit-rules.js';

/** Pairs of fields that end up under one name of an answer. An operation that a tool wrote has some hundreds. */
const MAX_PAIRS = 10_000;
/** Fields of an operation, those of a fragment once for each place that uses it. */
const MAX_FIELDS = 10_000;

/** Fragments that contain each other have no end, which validation says better. */
const MAX_LEVELS = 100;

/**
 * Limits how often fields repeat under one name, as in `{ models { … } models { … } }`.
 *
 * Threat model: validation compares each such field with each other one, and their fields in turn. 480 of them take
 * 200 ms. So this must come before validation, and accept documents that are not valid.
 *
 * @returns the error of a document beyond the limit
 */
export function mergedFieldsError(document: DocumentNode): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  let pairs = 0;
  let fields = 0;

  /** Counts fields that are merged into one object of the answer; gives up at a limit. */
  function count(sets: readonly SelectionSetNode[], level = 0): boolean {
    if (level > MAX_LEVELS) return true;
    const byName = new Map<string, SelectionSetNode[]>();
    const counts = new Map<string, number>();
    const spread = new Set<string>();
    const remaining = [...sets];
    for (let set = remaining.pop(); set; set = remaining.pop()) {
      for (const selection of set.selections) {
        if (++fields > MAX_FIELDS) return false;
        if (selection.kind === Kind.INLINE_FRAGMENT) remaining.push(selection.selectionSet);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const fragment = fragments.get(selection.name.value);
          if (!fragment || spread.has(selection.name.value)) continue;
          spread.add(selection.name.value);
          remaining.push(fragment.selectionSet);
        } else {
          const name = (selection.alias ?? selection.name).value;
          const before = counts.get(name) ?? 0;
          counts.set(name, before + 1);
          pairs += before;
          if (pairs > MAX_PAIRS) return false;
          if (selection.selectionSet) byName.set(name, [...(byName.get(name) ?? []), selection.selectionSet]);
        }
      }
    }
    return [...byName.values()].every((merged) => count(merged, level + 1));
  }

  const isWithin = document.definitions.every(
    (definition) => !('selectionSet' in definition) || count([definition.selectionSet]),
  );
  if (isWithin) return null;
  const originalError =
    pairs > MAX_PAIRS ? tooComplex('repeated fields', MAX_PAIRS) : tooComplex('fields', MAX_FIELDS);
  return new GraphQLError(originalError.message, { originalError });
}
