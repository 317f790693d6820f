import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSmallService, type SmallService, settled } from '../../ingest/support/small-service.js';
import { meanColor } from '../../probing/support/made-models.js';
import { type HubServer, pushEvent, type ServedRepo, startHub } from './hub-server.js';

const SECRET = 'hub-secret';
const FILES = { 'model.onnx': meanColor() };
const [ONE, TWO, THREE] = ['1', '2', '3'].map((digit) => digit.repeat(40));

let hub: HubServer;
let small: SmallService;
beforeAll(async () => {
  hub = await startHub();
  small = await openSmallService({
    environment: {
      PROBELOG_HUGGINGFACE_URL: hub.url,
      PROBELOG_HUGGINGFACE_TOKEN: hub.token,
      PROBELOG_HUGGINGFACE_SECRETS: SECRET,
    },
  });
});
afterAll(async () => {
  await small.close();
  await hub.close();
});

const versions = async (name: string) =>
  (await small.service.store.models.byName(name)).map(({ version, status }) => `${version[0]} ${status}`);

/** Delivers an event and waits until nothing is queued or running. */
async function delivered(event: object) {
  const { webhooks, store } = small.service;
  await webhooks
    .get('huggingface')
    ?.receive(Buffer.from(JSON.stringify(event)), { 'x-webhook-secret': SECRET });
  for (const { id } of await store.ingests.page({ states: ['QUEUED', 'RUNNING'], first: 100 })) {
    // The one that removes its model goes with it.
    await settled(small.service, id).catch(() => undefined);
  }
}

/** A repository of two commits, both registered. */
async function registered(name: string): Promise<ServedRepo> {
  const repo = hub.add({ name, commits: [{ sha: ONE, files: FILES }] });
  await delivered(pushEvent(repo));
  repo.commits.push({ sha: TWO, files: FILES });
  await delivered(pushEvent(repo));
  expect(await versions(name)).toEqual(['1 READY', '2 READY']);
  return repo;
}

function deleted(repo: ServedRepo): object {
  hub.repos.splice(hub.repos.indexOf(repo), 1);
  const { repo: described, webhook } = pushEvent(repo);
  return { event: { action: 'delete', scope: 'repo' }, repo: described, webhook };
}

it('removes all versions of a repository that is gone', async () => {
  await delivered(deleted(await registered('org/gone')));
  expect(await versions('org/gone')).toEqual([]);
});

it('leaves those of a new repository of its name, whose event came first', async () => {
  const name = 'org/again';
  const deletion = deleted(await registered(name));
  await delivered(pushEvent(hub.add({ name, id: 'second', commits: [{ sha: THREE, files: FILES }] })));
  await delivered(deletion);
  expect(await versions(name)).toEqual(['3 READY']);
});

it('treats a repository as removed when the Hub denies access without a token', async () => {
  const deletion = deleted(await registered('org/closed'));
  hub.token = 'hf_other';
  await delivered(deletion);
  hub.token = 'hf_test';
  expect(await versions('org/closed')).toEqual([]);
});
