import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { globalId } from '../../src/graphql/index.js';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { askAt } from '../server/support/small-server.js';
import { makeVisible, newIngest, published, takeUp } from '../store/models.js';

let demo: DemoService;
let probeSetId: string;

beforeAll(async () => {
  demo = await openDemoService({}, false);
  const { store } = demo.service;
  [{ id: probeSetId }] = await store.probeSets.list();
  for (const version of ['1', '2'])
    await store.ingests.enqueue({ ...newIngest(probeSetId, 'pets'), version });
  await store.ingests.enqueue(newIngest(probeSetId, 'pets-large'));
  const { id } = await store.ingests.enqueue(newIngest(probeSetId, 'birds'));
  await makeVisible(store, id, published(probeSetId, ['owl', 'wren']));
});
afterAll(() => demo.close());

const MODEL = `query($id: ID, $name: String, $version: String) {
  model(id: $id, name: $name, version: $version) { id name version }
}`;

describe('a model', () => {
  const found = async (by: Record<string, string>) => (await demo.ask(MODEL, by)).data.model;

  it('is found by its name and version', async () => {
    expect(await found({ name: 'pets', version: '1' })).toMatchObject({ name: 'pets', version: '1' });
    expect(await found({ name: 'pets', version: '3' })).toBeNull();
    expect(await found({ name: 'pet' })).toBeNull();
  });

  it('is its newest version when only the name is given', async () => {
    expect(await found({ name: 'pets' })).toMatchObject({ version: '2' });
  });

  it('is found by its id', async () => {
    const { id } = await found({ name: 'pets', version: '1' });
    expect(await found({ id })).toMatchObject({ version: '1' });
  });

  it.each([
    [{}],
    [{ version: '1' }],
    [{ id: 'TW9kZWw6eA', name: 'pets' }],
    [{ id: 'TW9kZWw6eA', version: '1' }],
  ])('is refused by %j', async (by) => {
    const { errors } = await demo.ask(MODEL, by);
    expect(errors?.[0].extensions.code).toBe('INPUT_INVALID');
  });
});

describe('versions of one name', () => {
  const VERSIONS =
    'query($name: String) { models(filter: { name: $name }) { totalCount edges { node { version } } } }';

  it('are listed by the whole name', async () => {
    const { models } = (await demo.ask(VERSIONS, { name: 'pets' })).data;
    expect(models.totalCount).toBe(2);
    expect(models.edges.map(({ node }: { node: { version: string } }) => node.version)).toEqual(['1', '2']);
    expect((await demo.ask(VERSIONS, { name: 'Pets' })).data.models.totalCount).toBe(0);
  });

  it('are refused with an empty name', async () => {
    const { errors } = await demo.ask(VERSIONS, { name: ' ' });
    expect(errors?.[0].extensions.code).toBe('INPUT_INVALID');
  });
});

describe('a logit', () => {
  const LOGIT =
    'query($name: String, $index: Int!) { model(name: $name) { logit(index: $index) { index label } } }';

  it('is found by its index', async () => {
    const { logit } = (await demo.ask(LOGIT, { name: 'birds', index: 1 })).data.model;
    expect(logit).toEqual({ index: 1, label: 'wren' });
    for (const index of [-1, 2, 100_000])
      expect((await demo.ask(LOGIT, { name: 'birds', index })).data.model.logit).toBeNull();
  });

  it('is not there before its model was probed', async () => {
    expect((await demo.ask(LOGIT, { name: 'pets', index: 0 })).data.model.logit).toBeNull();
  });
});

describe('an ingest', () => {
  const GIVE_UP = 'mutation($id: ID!) { giveUpIngest(id: $id) { state error { code } peakMemoryBytes } }';
  const idOf = async (name: string) =>
    (await demo.ask('query($name: String) { model(name: $name) { ingest { id } } }', { name })).data.model
      .ingest.id;

  it('that waits for another attempt is given up with the error of its last', async () => {
    const { store } = demo.service;
    const { id } = await store.ingests.enqueue(newIngest(probeSetId, 'flaky'));
    const { claim } = await takeUp(store, id);
    await store.ingests.retryLater(claim, {
      code: 'SOURCE_TIMEOUT',
      message: 'nothing came',
      delayMs: 60_000,
    });
    const { data } = await demo.ask(GIVE_UP, { id: await idOf('flaky') });
    expect(data.giveUpIngest).toEqual({
      state: 'FAILED',
      error: { code: 'SOURCE_TIMEOUT' },
      peakMemoryBytes: null,
    });
  });

  it('that waits for its first attempt is not given up', async () => {
    const { data } = await demo.ask(GIVE_UP, { id: await idOf('pets-large') });
    expect(data.giveUpIngest).toMatchObject({ state: 'QUEUED', error: null });
  });

  it('says how much memory its model took', async () => {
    const MEMORY = '{ model(name: "birds") { ingest { peakMemoryBytes } } }';
    expect((await demo.ask(MEMORY)).data.model.ingest.peakMemoryBytes).toBe(1);
  });
});

it('registries to be listed are named one way', async () => {
  const SYNC =
    'mutation($one: String, $all: [String!]) { syncRegistries(registry: $one, registries: $all) { registry } }';
  const { errors } = await demo.ask(SYNC, { one: 'mlflow', all: ['mlflow'] });
  expect(errors?.[0].message).toMatch('registry or registries');
  const unknown = await demo.ask(SYNC, { all: ['nowhere'] });
  expect(unknown.errors?.[0].extensions.code).toBe('INPUT_INVALID');
});

// The last: once there is a key, requests without one are refused.
describe('a key', () => {
  const REVOKE =
    'mutation($id: ID, $prefix: String) { revokeApiKey(id: $id, prefix: $prefix) { prefix revokedAt } }';

  it.each([
    [{}, 'INPUT_INVALID'],
    [{ id: 'QXBpS2V5OjE', prefix: 'abc' }, 'INPUT_INVALID'],
    [{ prefix: 'no-such-key' }, 'NOT_FOUND'],
  ])('is refused by %j', async (by, code) => {
    const { errors } = await demo.ask(REVOKE, by);
    expect(errors?.[0].extensions.code).toBe(code);
  });

  it('is revoked by its prefix', async () => {
    const { key } = await createApiKey(demo.service.store.apiKeys, { name: 'ci', scopes: ['READ'] });
    const { data } = await demo.ask(REVOKE, { prefix: key.prefix });
    expect(data.revokeApiKey.prefix).toBe(key.prefix);
    expect(data.revokeApiKey.revokedAt).not.toBeNull();
  });
});

describe('giving up an ingest with a key', () => {
  const GIVE_UP = 'mutation($id: ID!) { giveUpIngest(id: $id) { state } }';
  const keyFor = async (more: { registry?: string; labels?: string[] }) => {
    const { service } = demo;
    const { secret } = await createApiKey(service.store.apiKeys, {
      name: 'a test',
      scopes: ['READ', 'INGEST'],
      ...more,
    });
    service.access.keyChanged('');
    return secret;
  };
  const waiting = async (name: string, more: { registry?: string; visibility?: string }) => {
    const { store } = demo.service;
    const { id } = await store.ingests.enqueue({ ...newIngest(probeSetId, name), ...more });
    const { claim } = await takeUp(store, id);
    await store.ingests.retryLater(claim, { code: 'SOURCE_TIMEOUT', message: 'm', delayMs: 60_000 });
    return id;
  };
  const giveUp = (id: string, secret: string) =>
    askAt(demo.server.url, GIVE_UP, { id: globalId('Ingest', id) }, secret);
  const stateOf = async (id: string) => (await demo.service.store.ingests.byIds([id]))[0].state;
  const entriesOf = (modelId: string) => demo.service.store.audit.page({ modelId, first: 10 });

  it('of another registry is refused', async () => {
    const id = await waiting('bound', { registry: 'other' });
    const { errors } = await giveUp(id, await keyFor({ registry: 'mlflow' }));
    expect(errors?.[0].extensions.code).toBe('FORBIDDEN');
    expect(await stateOf(id)).toBe('QUEUED');
  });

  it('of a hidden model finds nothing', async () => {
    const id = await waiting('hidden', { visibility: 'team-a' });
    const { errors } = await giveUp(id, await keyFor({ labels: ['team-b'] }));
    expect(errors?.[0].extensions.code).toBe('NOT_FOUND');
    expect(await stateOf(id)).toBe('QUEUED');
  });

  it('is audited, once', async () => {
    const id = await waiting('audited', { registry: 'mlflow' });
    const [{ modelId }] = await demo.service.store.ingests.byIds([id]);
    const secret = await keyFor({ registry: 'mlflow' });
    for (let turn = 0; turn < 2; turn++)
      expect((await giveUp(id, secret)).data.giveUpIngest).toEqual({ state: 'FAILED' });
    expect(await entriesOf(modelId)).toMatchObject([
      {
        action: 'INGEST_CANCELLED',
        target: expect.stringMatching(/^audited /),
        actor: expect.stringMatching(/^key:/),
        details: { gaveUp: true },
      },
    ]);
  });
});
