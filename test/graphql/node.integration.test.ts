import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSmallServer, type SmallServer } from '../server/support/small-server.js';

const NODE = `query Q($id: ID!) { node(id: $id) { __typename id
  ... on Model { name license } ... on Logit { index } ... on Ingest { state } ... on ProbeSet { name } } }`;

let small: SmallServer;
let ids: Record<'model' | 'logit' | 'ingest' | 'probeSet', string>;
let keys: { reader: string; ingester: string };
beforeAll(async () => {
  small = await openSmallServer({ PROBELOG_MAX_COST: '20' });
  const model = await small.model('one');
  const key = Buffer.from(model, 'base64url').toString().split(':')[1];
  const { data } = await small.ask('query Q($id: ID!) { model(id: $id) { ingest { id } probeSet { id } } }', {
    id: model,
  });
  ids = {
    model,
    logit: Buffer.from(`Logit:${key}:1`).toString('base64url'),
    ingest: data.model.ingest.id,
    probeSet: data.model.probeSet.id,
  };
  keys = { reader: await small.key(['READ']), ingester: await small.key(['INGEST']) };
});
afterAll(() => small.close());

const nodeOf = async (id: string, secret: string) => {
  const { data, errors } = await small.ask(NODE, { id }, secret);
  return errors?.[0].extensions.code ?? data.node;
};

describe('node', () => {
  it('finds a model, a logit, an ingest and a probe set by their ids', async () => {
    const { reader } = keys;
    expect(await nodeOf(ids.model, reader)).toEqual({
      __typename: 'Model',
      id: ids.model,
      name: 'one',
      license: null,
    });
    expect(await nodeOf(ids.logit, reader)).toEqual({ __typename: 'Logit', id: ids.logit, index: 1 });
    expect(await nodeOf(ids.ingest, reader)).toMatchObject({ __typename: 'Ingest', state: 'SUCCEEDED' });
    expect(await nodeOf(ids.probeSet, reader)).toMatchObject({ __typename: 'ProbeSet', id: ids.probeSet });
  });

  it('takes the scopes that the type takes elsewhere', async () => {
    const { ingester } = keys;
    expect(await nodeOf(ids.ingest, ingester)).toMatchObject({ id: ids.ingest });
    for (const id of [ids.model, ids.logit, ids.probeSet])
      expect(await nodeOf(id, ingester)).toBe('FORBIDDEN');
  });

  it('is null for an id without an object, and refuses ids of other types', async () => {
    const idOf = (text: string) => Buffer.from(text).toString('base64url');
    expect(await nodeOf(idOf('Model:00000000-0000-7000-8000-000000000000'), keys.reader)).toBeNull();
    for (const kind of ['ApiKey', 'AuditEntry', 'Probe', 'constructor', 'nothing'])
      expect(await nodeOf(idOf(`${kind}:00000000-0000-7000-8000-000000000000`), keys.reader)).toBe(
        'ID_INVALID',
      );
    expect(await nodeOf('', keys.reader)).toBe('ID_INVALID');
  });

  it('costs as much as the field of its type', async () => {
    const asked = (inner: string) =>
      small.ask(`query Q($id: ID!) { ${inner} }`, { id: ids.model }, keys.reader);
    const model = 'logits(first: 5) { totalCount }';
    const byType = await asked(`model(id: $id) { ${model} }`);
    const byNode = await asked(`node(id: $id) { ... on Model { ${model} } }`);
    expect(byType.errors?.[0].extensions).toEqual(byNode.errors?.[0].extensions);
    expect(byNode.errors?.[0].extensions).toMatchObject({ code: 'OPERATION_TOO_COMPLEX', limit: 'cost' });
  });
});

describe('old spellings', () => {
  const mutation =
    'mutation M($input: RegisterModelInput!) { registerModel(input: $input) { license licence } }';
  let admin: string;
  beforeAll(async () => {
    admin = await small.key(['ADMIN']);
  });

  it('are accepted and given beside the new ones', async () => {
    const version = { name: 'old', version: '1' };
    const { data } = await small.ask(mutation, { input: { ...version, licence: 'MIT' } }, admin);
    expect(data.registerModel).toEqual({ license: 'MIT', licence: 'MIT' });
  });

  it('are refused together with the new ones', async () => {
    const input = { name: 'both', version: '1', license: 'MIT', licence: 'MIT' };
    const { errors } = await small.ask(mutation, { input }, admin);
    expect(errors?.[0].extensions).toMatchObject({
      code: 'INPUT_INVALID',
      arguments: ['license', 'licence'],
    });
  });
});
