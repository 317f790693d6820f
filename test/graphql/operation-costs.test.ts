import { type GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema, operationCheck } from '../../src/graphql/index.js';
import { costShape } from '../../src/graphql/limits/cost.js';

const LIMITS = {
  maxDepth: 15,
  maxAliases: 30,
  maxDirectives: 50,
  maxTokens: 2_000,
  maxCost: 1_000,
  introspection: true,
};
const PAGE = parse(`query Page($first: Int, $more: Boolean = false, $expression: ConceptInput) {
  logits(expression: $expression, first: $first) { edges { node { index label } } }
  ... @include(if: $more) { models(first: 100) { edges { node { logits(first: 20) { edges { score } } } } } }
}`);

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await buildSchema();
});

const codeOf = ([error]: readonly GraphQLError[]) =>
  error && ((error.originalError as { code?: string } | undefined)?.code ?? error.extensions.code);

describe('the cost of a document that ran before', () => {
  it.each([
    ['a longer page', { first: 2 }, { first: 100 }],
    ['the size of a page left out', { first: 2 }, {}],
    ['a part that was skipped', { first: 2, more: false }, { first: 2, more: true }],
    [
      'more concepts',
      { first: 1, expression: { any: ['a'] } },
      { first: 1, expression: { any: Array(60).fill('a') } },
    ],
  ])('is counted again with %s', async (_, cheap, dear) => {
    const check = operationCheck(schema, { ...LIMITS, maxCost: 50 });
    const ask = async (variables: object) =>
      codeOf(await check({ document: PAGE, variables: { ...variables } }));
    expect(await ask(cheap)).toBeUndefined();
    expect(await ask(dear)).toBe('OPERATION_TOO_COMPLEX');
    expect(await ask(cheap)).toBeUndefined();
    expect(await ask(dear)).toBe('OPERATION_TOO_COMPLEX');
  });

  it('is counted for each of its operations', async () => {
    const document = parse(
      'query A { probeSets { name } } query B { models(first: 100) { edges { node { name } } } }',
    );
    const check = operationCheck(schema, { ...LIMITS, maxCost: 100 });
    expect(codeOf(await check({ document, operationName: 'A' }))).toBeUndefined();
    expect(codeOf(await check({ document, operationName: 'B' }))).toBe('OPERATION_TOO_COMPLEX');
  });

  it('does not let bad variables in', async () => {
    const check = operationCheck(schema, LIMITS);
    const ask = async (first: unknown) => codeOf(await check({ document: PAGE, variables: { first } }));
    expect(await ask(3)).toBeUndefined();
    expect(await ask(3.5)).toBe('BAD_USER_INPUT');
    expect(await ask('3')).toBe('BAD_USER_INPUT');
  });
});

describe('the shape of variables', () => {
  const same = (one: Record<string, unknown>, other: Record<string, unknown>) =>
    costShape({ document: PAGE, variables: one }) === costShape({ document: PAGE, variables: other });

  it('does not have the letters of texts', () => {
    expect(same({ concept: 'dog' }, { concept: 'a red car' })).toBe(true);
  });

  it.each([
    [{ concept: 'dog' }, { concept: 'd'.repeat(2_000) }],
    [{ first: 1 }, { first: 2 }],
    [{ first: 1 }, { first: '1' }],
    [{ first: 1 }, { first: null }],
    [{ first: 1 }, {}],
    [{ all: ['a'] }, { all: ['a', 'b'] }],
    [{ all: ['a'] }, { all: [['a']] }],
    [{ all: [] }, { all: {} }],
    [{ a: {}, b: 1 }, { a: { b: 1 } }],
    [{ a: ['b', 1] }, { a: { b: 1 } }],
  ])('tells %j from %j', (one, other) => {
    expect(same(one, other)).toBe(false);
  });

  it('is not made of many values or long names', () => {
    for (const variables of [{ all: Array(500).fill(1) }, { all: { ['n'.repeat(2_000)]: 1 } }])
      expect(costShape({ document: PAGE, variables })).toBeNull();
  });
});
