import { getIntrospectionQuery, parse } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/index.js';
import { introspectionCheck } from '../../src/graphql/limits/introspection-cost.js';

const check = introspectionCheck(await buildSchema());
const errorOf = (query: string) => check({ document: parse(query) })?.extensions;

it.each([
  ['what tools ask', getIntrospectionQuery()],
  ['one type', '{ __type(name: "Model") { fields { name type { kind name ofType { name } } } } }'],
  ['nothing of the schema', '{ __typename probeSets { name } }'],
])('an operation may read %s', (_, query) => {
  expect(errorOf(query)).toBeUndefined();
});

const whole = getIntrospectionQuery();
const aliased = whole.replace(
  '__schema {',
  'a: __schema { types { ...FullType } } b: __schema { types { ...FullType } } c: __schema {',
);
const nested = (count: number) =>
  Array.from({ length: count }, (_, at) => `t${at}: type { fields { name description args { name } } }`).join(
    ' ',
  );

it.each([
  ['the schema three times', aliased],
  ['the fields of the types of all fields', `{ __schema { types { fields { ${nested(10)} } } } }`],
  [
    'the same in a fragment',
    `{ __schema { types { ...F } } } fragment F on __Type { fields { ${nested(10)} } }`,
  ],
])('an operation may not read %s', (_, query) => {
  const error = check({ document: parse(query) });
  expect(error?.originalError).toMatchObject({
    code: 'OPERATION_TOO_COMPLEX',
    details: { limit: 'introspection' },
  });
});

it('fragments that use each other twice are counted once', () => {
  const doubled = Array.from(
    { length: 100 },
    (_, at) => `fragment F${at} on Query { ...F${at + 1} ...F${at + 1} }`,
  ).join(' ');
  expect(errorOf(`{ ...F0 } ${doubled} fragment F100 on Query { __typename }`)).toBeUndefined();
});
