import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openSmallService, type SmallService, settled } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { startHub } from '../registries/huggingface/hub-server.js';
import { createdEvent, type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';
import { mlflowHeaders, pythonJson } from '../registries/signing.js';

const FILES = { 'model.onnx': meanColor() };
const SECRET = 'mlflow-secret';

let mlflow: MlflowServer;
beforeAll(async () => {
  mlflow = await startMlflow();
});
afterAll(() => mlflow.close());

let small: SmallService;
afterEach(async () => {
  await small.close();
  mlflow.versions.length = 0;
});

async function open(choice: Record<string, string>, dataFolder?: string) {
  small = await openSmallService({
    dataFolder,
    environment: { PROBELOG_MLFLOW_URL: mlflow.url, PROBELOG_MLFLOW_SECRETS: SECRET, ...choice },
  });
}

let sent = 0;
async function delivered(event: { entity: string; action: string; data: object }) {
  const body = pythonJson({ timestamp: new Date().toISOString(), ...event });
  const headers = mlflowHeaders(body, SECRET, `delivery-${++sent}`, new Date());
  const receipt = await small.service.webhooks.get('mlflow')?.receive(Buffer.from(body), headers);
  if (receipt?.ingestId) await settled(small.service, receipt.ingestId);
  return receipt?.status;
}
async function swept(registry = 'mlflow') {
  const [report] = await small.service.sweeper.sweep({ registries: [registry] });
  const { ingests } = small.service.store;
  for (const { id } of await ingests.page({ states: ['QUEUED', 'RUNNING'], first: 100 }))
    await settled(small.service, id);
  return report;
}
const names = async () =>
  (await small.service.store.models.page({ first: 100 }))
    .map(({ name, version }) => `${name}@${version}`)
    .sort();
const alias = (action: string, name: string, version?: string) => ({
  entity: 'model_version_alias',
  action,
  data: { name, alias: 'champion', version },
});

describe('by name', () => {
  it('takes from webhooks and sweeps only what matches', async () => {
    await open({ PROBELOG_MLFLOW_MODELS: 'bird*' });
    const [owl, fish] = ['birds', 'fish'].map((name) => mlflow.add({ name, version: '1', files: FILES }));
    expect(await delivered(createdEvent(fish))).toBe('ignored');
    expect(await delivered(createdEvent(owl))).toBe('accepted');
    expect(await swept()).toMatchObject({ listed: 2, ingested: [], removed: [], error: null });
    expect(await names()).toEqual(['birds@1']);
  });

  it('removes all commits of a repository of the Hub, which lists only the newest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probelog-choice-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const hub = await startHub();
    onTestFinished(() => hub.close());
    const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
    const settings = {
      PROBELOG_HUGGINGFACE_URL: hub.url,
      PROBELOG_HUGGINGFACE_TOKEN: hub.token,
      PROBELOG_HUGGINGFACE_REPOSITORIES: 'org',
    };
    const owl = hub.add({ name: 'org/owl', commits: [{ sha: one, files: FILES }] });
    hub.add({ name: 'org/crow', commits: [{ sha: one, files: FILES }] });
    await open(settings, folder);
    await swept('huggingface');
    owl.commits.push({ sha: two, files: FILES });
    await swept('huggingface');
    expect(await names()).toEqual([`org/crow@${one}`, `org/owl@${one}`, `org/owl@${two}`]);
    await small.close();
    await open({ ...settings, PROBELOG_HUGGINGFACE_MODELS: 'org/crow' }, folder);
    const { removed, error } = await swept('huggingface');
    expect([...removed].sort()).toEqual([`org/owl@${one}`, `org/owl@${two}`]);
    expect(error).toBeNull();
    expect(await names()).toEqual([`org/crow@${one}`]);
  });
});

describe('by alias', () => {
  it('takes a version when it gets the alias, and removes one that lost it', async () => {
    await open({ PROBELOG_MLFLOW_ALIASES: 'champion' });
    const [one, two] = ['1', '2'].map((version) => mlflow.add({ name: 'birds', version, files: FILES }));
    expect(await delivered(createdEvent(one))).toBe('ignored');
    one.aliases = ['champion'];
    expect(await delivered(alias('created', 'birds', '1'))).toBe('accepted');
    const { store } = small.service;
    const model = await store.models.byNameVersion('birds', '1');
    expect(model).toMatchObject({ status: 'READY', registry: 'mlflow' });
    expect((await store.models.annotations([model?.id ?? ''])).get(model?.id ?? '')?.aliases).toEqual([
      'champion',
    ]);
    one.aliases = [];
    two.aliases = ['champion'];
    expect(await delivered(alias('created', 'birds', '2'))).toBe('accepted');
    expect(await names()).toEqual(['birds@1', 'birds@2']);
    expect(await swept()).toMatchObject({ removed: ['birds@1'], ingested: [], error: null });
    expect(await names()).toEqual(['birds@2']);
  });

  it('does not bring a model back when the delivery of its alias is repeated', async () => {
    await open({ PROBELOG_MLFLOW_ALIASES: 'champion' });
    mlflow.add({ name: 'birds', version: '1', aliases: ['champion'], files: FILES });
    expect(await delivered(alias('created', 'birds', '1'))).toBe('accepted');
    const model = await small.service.store.models.byNameVersion('birds', '1');
    await small.service.ingest.remove(model?.id ?? '');
    sent--;
    expect(await delivered(alias('created', 'birds', '1'))).toBe('duplicate');
    expect(await names()).toEqual([]);
  });

  it('removes nothing when the settings choose nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probelog-choice-'));
    mlflow.add({ name: 'birds', version: '1', files: FILES });
    await open({}, folder);
    await swept();
    await small.close();
    await open({ PROBELOG_MLFLOW_ALIASES: 'chapmion' }, folder);
    expect(await swept()).toMatchObject({
      removed: [],
      error: expect.stringContaining('choose none of the 1 listed versions'),
    });
    expect(await names()).toEqual(['birds@1']);
    onTestFinished(() => rm(folder, { recursive: true }));
  });
});

describe('by tag', () => {
  it('takes a version by the tags of its creation, or when it gets one', async () => {
    await open({ PROBELOG_MLFLOW_TAGS: 'task=classification' });
    const tags = { task: 'classification' };
    const one = mlflow.add({ name: 'birds', version: '1', tags, files: FILES });
    const two = mlflow.add({ name: 'birds', version: '2', files: FILES });
    expect(await delivered(createdEvent(one))).toBe('accepted');
    expect(await delivered(createdEvent(two))).toBe('ignored');
    two.tags = tags;
    const data = { name: 'birds', version: '2', key: 'task', value: 'classification' };
    expect(await delivered({ entity: 'model_version_tag', action: 'set', data })).toBe('accepted');
    expect(await names()).toEqual(['birds@1', 'birds@2']);
    expect(await swept()).toMatchObject({ ingested: [], removed: [], annotated: [], error: null });
  });

  it('leaves it to the sweep when the event does not tell', async () => {
    await open({ PROBELOG_MLFLOW_TAGS: 'task', PROBELOG_MLFLOW_ALIASES: 'champion' });
    mlflow.add({ name: 'birds', version: '1', tags: { task: '' }, aliases: ['champion'], files: FILES });
    expect(await delivered(alias('created', 'birds', '1'))).toBe('ignored');
    expect(await swept()).toMatchObject({ ingested: ['birds@1'], error: null });
  });
});
