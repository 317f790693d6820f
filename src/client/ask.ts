import { badAnswer, errorOfList, isObject } from './answer-error.js';
import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import type { Operation } from './operation.js';
import { retrying } from './retrying.js';

/**
 * Runs a query or mutation and gives its data.
 *
 * A query is sent again when the connection fails; a mutation only when the server refused it before doing anything.
 *
 * @throws ProbelogClientError also when a part of the data is there
 */
export function ask<Result, Variables>(
  connection: Connection,
  operation: Operation<Result, Variables>,
  variables: Variables | undefined,
  { signal }: CallOptions = {},
): Promise<Result> {
  const query = String(operation);
  const send = () =>
    connection.send(
      {
        method: 'POST',
        path: 'graphql',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query, variables }),
        signal,
      },
      async (response) => resultOf<Result>(await jsonOf(response), response),
    );
  return retrying(send, { retries: connection.retries, repeatable: !mayChange(query), signal });
}

/** What one result of an operation has as data. @throws ProbelogClientError when it has errors, or is no result */
export function resultOf<Result>(answer: unknown, response?: Response): Result {
  if (isObject(answer) && answer.errors !== undefined) throw errorOfList(answer.errors, response);
  if (!isObject(answer) || !isObject(answer.data))
    throw badAnswer('The answer is none of GraphQL.', response);
  return answer.data as Result;
}

/** The JSON of an answer. @throws ProbelogClientError BAD_ANSWER */
export async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw badAnswer('The answer is not JSON.', response, thrown);
  }
}

/** A query that has the word somewhere is taken for a mutation, which does no harm: it is not sent again by itself. */
function mayChange(text: string): boolean {
  return /\bmutation\b/.test(text);
}
