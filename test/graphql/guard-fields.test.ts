import { getNamedType, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/index.js';
import { scopesOfField } from '../../src/graphql/schema/guard-fields.js';

it('from what the scope INGEST sees, no field leads to the rest of the gallery', async () => {
  const schema = await buildSchema();
  const reached = new Set<string>();
  const left = ['Ingest', 'Model'];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const type = schema.getType(name);
    if (!isObjectType(type) || reached.has(name)) continue;
    reached.add(name);
    for (const field of Object.values(type.getFields())) {
      const scopes = scopesOfField(name, field.name);
      if (!scopes || scopes.includes('INGEST')) left.push(getNamedType(field.type).name);
    }
  }
  // Before you add a type here, check that it reveals no models that the caller never ingested.
  expect([...reached].sort()).toEqual([
    'Ingest',
    'IngestError',
    'IngestProgress',
    'Model',
    'ModelDataFile',
    'ModelNote',
    'ModelTag',
    'PageInfo',
    'Probe',
    'ProbeConnection',
    'ProbeEdge',
    'ProbeSet',
    'Probing',
  ]);
});
