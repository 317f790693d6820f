import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.js';
import { askAt, openSmallServer, type SmallServer } from './support/small-server.js';

const QUERY = '{ viewer { scopes labels registry } }';
const ALL = ['READ', 'INGEST', 'ADMIN'];

let small: SmallServer;
beforeAll(async () => {
  small = await openSmallServer();
});
afterAll(() => small.close());

it('is the user of this machine while there is no key', async () => {
  expect((await small.ask(QUERY)).data.viewer).toEqual({ scopes: ALL, labels: [], registry: null });
});

it('has the scopes, labels and registry of its key', async () => {
  const key = await small.key(['READ', 'INGEST'], { labels: ['team-a'], registry: 'mlflow' });
  const viewer = { scopes: ['READ', 'INGEST'], labels: ['team-a'], registry: 'mlflow' };
  expect((await small.ask(QUERY, {}, key)).data.viewer).toEqual(viewer);
  expect(await createClient({ url: small.server.url, key }).viewer()).toEqual(viewer);
});

it('of an administrator may also read and ingest', async () => {
  const { data } = await small.ask(QUERY, {}, await small.key(['ADMIN']));
  expect(data.viewer.scopes).toEqual(ALL);
});

it('is an anonymous caller with what the settings allow', async () => {
  const { errors } = await small.ask(QUERY);
  expect(errors?.[0].extensions.code).toBe('UNAUTHENTICATED');
  const open = await openSmallServer({ PROBELOG_ALLOW_ANONYMOUS: 'read' });
  try {
    const { data } = await askAt(open.server.url, QUERY);
    expect(data.viewer).toEqual({ scopes: ['READ'], labels: [], registry: null });
  } finally {
    await open.close();
  }
});
