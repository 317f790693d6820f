import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';

/** Tools send a few texts. Of other texts, answers are forgotten soon: they take megabytes. */
const MAX_KEPT = 8;
const SCHEMA_FIELDS: readonly string[] = ['__schema', '__type', '__typename'];

/** Gives the kept answer to an operation, or runs it and keeps its answer if that never changes. */
export type IntrospectionAnswers = (
  operation: { document: DocumentNode; operationName?: string | null },
  run: () => Promise<ExecutionResult>,
) => Promise<ExecutionResult>;

/**
 * Keeps the answers to operations that only read the schema, which is the same for all callers. Without that, each takes
 * this thread 12 ms. The operations must have been admitted.
 */
export function introspectionAnswers(): IntrospectionAnswers {
  const kept = new LRUCache<string, ExecutionResult>({ max: MAX_KEPT });
  return async ({ document, operationName }, run) => {
    const operation = getOperationAST(document, operationName);
    const text = operation && readsOnlySchema(operation) ? document.loc?.source.body : undefined;
    if (text === undefined) return run();
    const key = JSON.stringify([text, operationName ?? null]);
    const found = kept.get(key);
    if (found) return found;
    const answer = await run();
    if (!answer.errors) kept.set(key, answer);
    return answer;
  };
}

function readsOnlySchema({ variableDefinitions, selectionSet }: OperationDefinitionNode): boolean {
  return (
    (variableDefinitions ?? []).length === 0 &&
    selectionSet.selections.every(
      (selected) => selected.kind === Kind.FIELD && SCHEMA_FIELDS.includes(selected.name.value),
    )
  );
}
