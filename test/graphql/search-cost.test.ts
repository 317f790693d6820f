import { type GraphQLField, getNamedType, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/index.js';
import { isSearch } from '../../src/graphql/limits/search-cost.js';

/** Arguments that are encoded, or searched with. */
const QUERY_ARGUMENTS = ['concept', 'concepts', 'expression', 'image'];
/** What only a search or an encoder gives. */
const RESULTS = ['LogitConnection', 'LogitName', 'ProbeCosine', 'Recognition', 'SimilarityMatrix'];
/** They search too, which neither their arguments nor their types show. */
const OTHERS = ['Model.logits', 'Model.summary', 'Concept.models'];

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
