import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/index.js';
import { askAt, openSmallServer, type SmallServer } from '../../server/support/small-server.js';

const ENTITIES = `query E($references: [_Any!]!) { _entities(representations: $references) {
  ... on Model { id recognises(concept: "color") { score } }
  ... on Logit { label }
  ... on Concept { logits(first: 100) { edges { node { model { id } } } } } } }`;

let small: SmallServer;
let subgraph: RunningServer;
let ids: { hidden: string; open: string };
let keys: { outsider: string; insider: string; ingester: string };

beforeAll(async () => {
  small = await openSmallServer();
  subgraph = await small.beside({}, { prefix: '', modelType: 'Model', modelKey: { id: 'id' } });
  ids = {
    hidden: await small.model('hidden', { visibility: 'team-a' }),
    open: await small.model('open'),
  };
  await small.small.service.search.settled();
  keys = {
    outsider: await small.key(['READ'], { labels: ['team-b'] }),
    insider: await small.key(['READ'], { labels: ['team-a'] }),
    ingester: await small.key(['INGEST'], { labels: ['team-a'] }),
  };
});
afterAll(() => small.close());

const modelOf = (id: string) => ({ __typename: 'Model', id });
const codeOf = ({ errors }: { errors?: { extensions: { code: string } }[] }) => errors?.[0].extensions.code;

describe('_entities', () => {
  const entities = (references: object[], secret?: string) =>
    askAt(subgraph.url, ENTITIES, { references }, secret);

  it('has a private model for those with its label alone', async () => {
    const references = [modelOf(ids.hidden), modelOf(ids.open)];
    const outside = await entities(references, keys.outsider);
    expect(outside.errors).toBeUndefined();
    expect(outside.data._entities).toEqual([null, expect.objectContaining({ id: ids.open })]);
    const inside = await entities(references, keys.insider);
    expect(inside.data._entities[0]).toEqual({ id: ids.hidden, recognises: { score: expect.any(Number) } });
  });

  it.each([
    ['name and version', { name: 'name', version: 'version' }, { name: 'hidden', version: '1' }],
    ['name', { name: 'name' }, { name: 'hidden' }],
  ] as const)('nor is it there by %s', async (_, modelKey, key) => {
    const other = await small.beside({}, { prefix: '', modelType: 'Model', modelKey });
    const query = ENTITIES.replace('{ id recognises', '{ recognises').replace(
      'model { id }',
      'model { __typename }',
    );
    const asked = async (secret: string) =>
      (await askAt(other.url, query, { references: [{ __typename: 'Model', ...key }] }, secret)).data
        ._entities;
    expect(await asked(keys.outsider)).toEqual([null]);
    expect(await asked(keys.insider)).toEqual([{ recognises: { score: expect.any(Number) } }]);
  });

  it('its outputs are neither found nor there by their ids', async () => {
    const logit = Buffer.from(`Logit:${Buffer.from(ids.hidden, 'base64url').toString().split(':')[1]}:0`);
    const references = [
      { __typename: 'Logit', id: logit.toString('base64url') },
      { __typename: 'Concept', text: 'color' },
    ];
    const outside = await entities(references, keys.outsider);
    expect(outside.data._entities[0]).toBeNull();
    expect(outside.data._entities[1].logits.edges).not.toHaveLength(0);
    expect(outside.text).not.toContain(ids.hidden);
    const inside = await entities(references, keys.insider);
    expect(inside.data._entities[0]).not.toBeNull();
    expect(inside.text).toContain(ids.hidden);
  });

  it('takes the scope read', async () => {
    expect(codeOf(await entities([modelOf(ids.open)], keys.ingester))).toBe('FORBIDDEN');
    expect(codeOf(await entities([modelOf(ids.open)]))).toBe('UNAUTHENTICATED');
  });

  it('takes no U+0000, which PostgreSQL cannot store', async () => {
    const { errors } = await entities([{ __typename: 'Concept', text: 'a\0b' }], keys.insider);
    expect(codeOf({ errors })).toBe('INPUT_INVALID');
  });

  it('costs its fields once per reference', async () => {
    const mean = await small.beside(
      { PROBELOG_MAX_COST: '50' },
      { prefix: '', modelType: 'Model', modelKey: { id: 'id' } },
    );
    const query = `query E($references: [_Any!]!) { _entities(representations: $references) { ... on Model { id summary } } }`;
    const asked = (count: number) =>
      askAt(mean.url, query, { references: Array(count).fill(modelOf(ids.open)) }, keys.insider);
    expect((await asked(2)).errors).toBeUndefined();
    expect(codeOf(await asked(3))).toBe('OPERATION_TOO_COMPLEX');
  });
});

it('a search costs the same under another name', async () => {
  const mean = await small.beside(
    { PROBELOG_MAX_COST: '20' },
    { prefix: 'Probelog', modelType: 'Model', modelKey: { id: 'id' } },
  );
  const query = '{ probelogLogits(concept: "color", first: 1) { totalCount } }';
  expect(codeOf(await askAt(mean.url, query, {}, keys.insider))).toBe('OPERATION_TOO_COMPLEX');
});

it('callers with the scope READ get the schema, and no caller without introspection', async () => {
  const query = '{ _service { sdl } }';
  expect(codeOf(await askAt(subgraph.url, query, {}, keys.ingester))).toBe('FORBIDDEN');
  expect((await askAt(subgraph.url, query, {}, keys.insider)).data._service.sdl).toContain('type Logit');
  const silent = await small.beside(
    { PROBELOG_INTROSPECTION: 'off', PROBELOG_EXPLORER: 'off' },
    { prefix: '', modelType: 'Model', modelKey: { id: 'id' } },
  );
  expect((await askAt(silent.url, query, {}, keys.insider)).data).toBeUndefined();
});
