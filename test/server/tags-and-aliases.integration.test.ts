import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonJson } from '../registries/signing.js';
import { openWebhookService, type WebhookService } from './webhook-service.js';

let hooks: WebhookService;
beforeAll(async () => {
  hooks = await openWebhookService({ work: false });
  for (const version of ['1', '2']) await send('model_version', 'created', { name: 'birds', version });
});
afterAll(() => hooks.close());

let seconds = 0;
/** An event of MLflow's, each a second after the one before. */
function send(entity: string, action: string, data: object, at = ++seconds) {
  const timestamp = new Date(Date.UTC(2026, 0, 1) + at * 1_000).toISOString();
  return hooks.mlflow(pythonJson({ entity, action, timestamp, data }));
}
const setTag = (version: string, key: string, value: string, at?: number) =>
  send('model_version_tag', 'set', { name: 'birds', version, key, value }, at);
const alias = (name: string, version: string) =>
  send('model_version_alias', 'created', { name: 'birds', alias: name, version });

async function ask(filter: object) {
  const response = await fetch(`${hooks.server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `query Q($filter: ModelFilter) { models(filter: $filter) { totalCount
        edges { node { version tags { key value } aliases } } } }`,
      variables: { filter },
    }),
  });
  const { data, errors } = (await response.json()) as {
    data: { models: { edges: { node: { version: string; tags: object[]; aliases: string[] } }[] } } | null;
    errors?: { extensions: { code: string } }[];
  };
  return { models: data?.models.edges.map(({ node }) => node), code: errors?.[0].extensions.code };
}

it('keeps tags, by which models are found', async () => {
  expect((await setTag('1', 'stage', 'test')).body.status).toBe('accepted');
  await setTag('1', 'owner', 'ada');
  await setTag('2', 'stage', 'live');
  await setTag('1', 'stage', 'shadow');
  const first = {
    version: '1',
    tags: [
      { key: 'owner', value: 'ada' },
      { key: 'stage', value: 'shadow' },
    ],
    aliases: [],
  };
  expect((await ask({ tag: { key: 'stage', value: 'shadow' } })).models).toEqual([first]);
  expect((await ask({ tag: { key: 'stage' } })).models).toHaveLength(2);
  expect((await ask({ tag: { key: 'stage', value: 'test' } })).models).toEqual([]);
  await send('model_version_tag', 'deleted', { name: 'birds', version: '1', key: 'owner' });
  expect((await ask({ tag: { key: 'owner' } })).models).toEqual([]);
});

it('lets an older event about a tag change nothing, whenever it comes', async () => {
  await setTag('2', 'late', 'new', 1_000);
  expect((await setTag('2', 'late', 'old', 999)).body.status).toBe('ignored');
  expect((await ask({ tag: { key: 'late', value: 'new' } })).models).toHaveLength(1);
  // An older event about another tag is no older event about this one.
  expect((await setTag('2', 'other', 'x', 998)).body.status).toBe('accepted');
});

it('moves an alias from version to version', async () => {
  await alias('champion', '1');
  expect((await ask({ alias: 'champion' })).models).toMatchObject([{ version: '1', aliases: ['champion'] }]);
  await alias('champion', '2');
  await alias('best', '2');
  expect((await ask({ alias: 'champion' })).models).toMatchObject([
    { version: '2', aliases: ['best', 'champion'] },
  ]);
  await send('model_version_alias', 'deleted', { name: 'birds', alias: 'champion' });
  expect((await ask({ alias: 'champion' })).models).toEqual([]);
});

it('ignores what is said of a version that is not registered', async () => {
  expect((await alias('champion', '9')).body.status).toBe('ignored');
  expect((await setTag('9', 'k', 'v')).body.status).toBe('ignored');
});

it('refuses an empty key or alias', async () => {
  expect((await ask({ alias: '' })).code).toBe('INPUT_INVALID');
  expect((await ask({ tag: { key: ' ' } })).code).toBe('INPUT_INVALID');
});
