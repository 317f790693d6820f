import { badAnswer, errorOfList, isObject } from './answer-error.js';
import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import type { Operation } from './operation.js';
import { retrying } from './retrying.js';

/**
 * Runs a query or mutation and returns its data. A query is repeated when the connection fails, a mutation only when the server
 * refused it before doing anything.
 *
 * @throws ProbelogClientError also when there is partial data
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

/** The data of a result. @throws ProbelogClientError if it has errors, or is not a GraphQL result */
export function resultOf<Result>(answer: unknown, response?: Response): Result {
  if (isObject(answer) && answer.errors !== undefined) throw errorOfList(answer.errors, response);
  if (!isObject(answer) || !isObject(answer.data))
    throw badAnswer('The response is not a GraphQL result.', response);
  return answer.data as Result;
}

/** The JSON of a response. @throws ProbelogClientError BAD_ANSWER */
export async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw badAnswer('The response is not JSON.', response, thrown);
  }
}

/** A query that contains the word counts as a mutation too. That is harmless: it is not repeated. */
function mayChange(text: string): boolean {
  return /\bmutation\b/.test(text);
}
