import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/index.js';
import { costOf } from '../../src/graphql/limits/cost.js';
import { isSearch, itemsOf } from '../../src/graphql/limits/field-costs.js';

/** Arguments that are encoded, or searched with. */
const QUERY_ARGUMENTS = ['concept', 'concepts', 'expression', 'image'];
/** What only a search or an encoder gives. */
const RESULTS = ['LogitConnection', 'LogitName', 'ProbeCosine', 'Recognition', 'SimilarityMatrix'];
/** They search too, which neither their arguments nor their types show. */
const OTHERS = ['Model.logits', 'Model.summary', 'Model.outputNames', 'Concept.models'];

const runsSearch = (name: string, { args, type }: GraphQLField<unknown, unknown>) =>
  args.some((argument) => QUERY_ARGUMENTS.includes(argument.name)) ||
  RESULTS.includes(getNamedType(type).name) ||
  OTHERS.includes(name);

it('every field that searches costs as much as a search, and no other', async () => {
  const fields = Object.values((await buildSchema()).getTypeMap())
    .filter((type) => isObjectType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
    );
  const names = (found: typeof fields) => found.map(({ name }) => name).sort();
  const searching = fields.filter(({ name, field }) => runsSearch(name, field));
  expect(searching.length).toBeGreaterThan(OTHERS.length);
  expect(names(fields.filter(({ field }) => isSearch(field)))).toEqual(names(searching));
});

it('every list of objects is counted as often as it may have items', async () => {
  const uncounted = Object.values((await buildSchema()).getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values((type as GraphQLObjectType).getFields()).map((field) => ({ type, field })),
    )
    .filter(
      ({ field }) => isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type)),
    )
    // The edges of a connection are counted by the `first` of the field that returns it.
    .filter(({ field }) => field.name !== 'edges' && field.args.every(({ name }) => name !== 'first'))
    .filter(({ field }) => itemsOf(field) === undefined)
    .map(({ type, field }) => `${type.name}.${field.name}`);
  expect(uncounted).toEqual([]);
});

it('a search for each row of a similarity matrix is counted for as many rows as there may be', async () => {
  const searches = Array.from({ length: 5 }, (_, at) => `s${at}: similar(first: 100) { totalCount }`);
  const document = parse(`{ similarity(a: "x", b: "y") { rows { ${searches.join(' ')} } } }`);
  expect(costOf({ schema: await buildSchema(), document })).toBeGreaterThan(5 * 200 * 20);
});
