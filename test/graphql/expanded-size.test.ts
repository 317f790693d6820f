import { expect, it } from 'vitest';
import { buildSchema, operationCheck, parseOperation } from '../../src/graphql/index.js';

const limits = {
  maxDepth: 16,
  maxAliases: 30,
  maxDirectives: 50,
  maxTokens: 2_000,
  maxCost: 50_000,
  introspection: true,
};
const check = operationCheck(await buildSchema(), limits);

async function errorsOf(query: string) {
  const document = parseOperation(query, limits);
  return 'message' in document ? [document] : check({ document });
}

/** Fragments that use the next one twice, and the last one's fields. */
const doubled = (type: string, count: number, fields: string) =>
  Array.from({ length: count }, (_, at) => `fragment F${at} on ${type} { ...F${at + 1} ...F${at + 1} }`).join(
    ' ',
  ) + ` fragment F${count} on ${type} { ${fields} }`;
const list = `ingests(status: [${'FAILED '.repeat(1_800)}]) { totalCount }`;

it.each([
  ['fields', `{ ...F0 } ${doubled('Query', 14, '__typename')}`],
  ['fields that are not executed', `{ ...F0 @skip(if: true) } ${doubled('Query', 100, '__typename')}`],
  [
    'parts of the schema',
    `{ __schema { ...F0 @skip(if: true) } } ${doubled('__Schema', 100, 'description')}`,
  ],
  ['values of lists', `{ ...F0 } ${doubled('Query', 5, list)}`],
  [
    'fields within an operation without a name',
    `{ ... @include(if: false) { ...F0 } } ${doubled('Query', 60, '__typename')}`,
  ],
])('fragments may not multiply %s', async (_, query) => {
  const [error] = await errorsOf(query);
  expect(error.originalError).toMatchObject({ code: 'OPERATION_TOO_COMPLEX', details: { limit: 'fields' } });
});

it.each([
  ['a long list', `{ ${list} }`],
  ['a few fragments that are used twice', `{ ...F0 } ${doubled('Query', 5, '__typename')}`],
])('an operation may have %s', async (_, query) => {
  expect(await errorsOf(query)).toEqual([]);
});
