import { readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { generateSdl, generateSubgraphSdl } from '../../src/graphql/index.js';

const file = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

it('schema.graphql is what the code generates (`npm run schema` writes it)', async () => {
  expect(await generateSdl()).toBe(file);
});

it('schema.subgraph.graphql is, too', async () => {
  const subgraph = readFileSync(new URL('../../schema.subgraph.graphql', import.meta.url), 'utf8');
  expect(await generateSubgraphSdl()).toBe(subgraph);
});

it('describes every query and mutation', () => {
  const types = Object.values(buildSchema(file).getTypeMap()).filter(isObjectType);
  const roots = types.filter(({ name }) => ['Query', 'Mutation', 'Subscription'].includes(name));
  const bare = roots.flatMap((type) =>
    Object.values(type.getFields()).filter(({ description }) => !description),
  );
  expect(bare.map(({ name }) => name)).toEqual([]);
});
