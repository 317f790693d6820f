import { buildSchema, type ExecutionResult, execute, getIntrospectionQuery, parse } from 'graphql';
import { expect, it } from 'vitest';
import { introspectionAnswers } from '../../src/server/graphql/introspection-answers.js';

const schema = buildSchema('type Query { now: Int }');
const WHOLE = getIntrospectionQuery();

/** Answers operations as a server does, and counts how many it runs. */
function counting() {
  const answer = introspectionAnswers();
  let runs = 0;
  const ask = (text: string, operationName?: string): Promise<ExecutionResult> => {
    const document = parse(text);
    return answer({ document, operationName }, async () => {
      runs++;
      return execute({ schema, document, operationName, rootValue: { now: runs } });
    });
  };
  return { ask, runs: () => runs };
}

it('an operation that reads the schema is run once', async () => {
  const { ask, runs } = counting();
  const first = await ask(WHOLE);
  expect(first.data).toHaveProperty('__schema');
  expect((await ask(WHOLE)).data).toBe(first.data);
  expect(runs()).toBe(1);
});

it.each([
  ['reads more than the schema', '{ __schema { queryType { name } } now }'],
  ['reads more in a fragment', '{ ...Now } fragment Now on Query { now }'],
  ['has variables', 'query Q($v: Boolean = true) { __schema { queryType { name @include(if: $v) } } }'],
  ['fails', '{ __schema { nothing { name } } __type { name } }'],
])('an operation that %s is run each time', async (_, text) => {
  const { ask, runs } = counting();
  await ask(text);
  await ask(text);
  expect(runs()).toBe(2);
});

it('two operations of one document have an answer each', async () => {
  const { ask } = counting();
  const text = 'query A { __type(name: "Query") { name } } query B { __type(name: "Int") { name } }';
  expect((await ask(text, 'A')).data).toMatchObject({ __type: { name: 'Query' } });
  expect((await ask(text, 'B')).data).toMatchObject({ __type: { name: 'Int' } });
});

it('few answers are kept', async () => {
  const { ask, runs } = counting();
  const texts = Array.from({ length: 100 }, (_, at) => `{ a${at}: __schema { queryType { name } } }`);
  for (const text of texts) await ask(text);
  expect(runs()).toBe(100);
  await ask(texts[99]);
  expect(runs()).toBe(100);
  await ask(texts[0]);
  expect(runs()).toBe(101);
});
