import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openSmallService, type SmallService, settled } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { type HubServer, startHub } from '../registries/huggingface/hub-server.js';
import { type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';
import { newIngest } from '../store/models.js';

const FILES = { 'model.onnx': meanColor() };
const SEARCH = '/api/2.0/mlflow/model-versions/search';
const MODELS = '/api/2.0/mlflow/registered-models/search';
const GET = '/api/2.0/mlflow/model-versions/get';

let small: SmallService;
let mlflow: MlflowServer;
let hub: HubServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  hub = await startHub();
  small = await openSmallService({
    environment: {
      PROBELOG_MLFLOW_URL: mlflow.url,
      PROBELOG_MLFLOW_WORKSPACES: 'default,team',
      PROBELOG_HUGGINGFACE_URL: hub.url,
      PROBELOG_HUGGINGFACE_REPOSITORIES: 'org,other/single',
      PROBELOG_HUGGINGFACE_TOKEN: hub.token,
      // What could not be reached is left to the next sweep at once, not tried again by the queue first.
      PROBELOG_INGEST_ATTEMPTS: '1',
    },
  });
});
afterEach(async () => {
  for (const { id } of await store().models.page({ first: 1_000 })) await small.service.ingest.remove(id);
  mlflow.versions.length = 0;
  mlflow.failing.clear();
  mlflow.pageSize = 1_000;
  hub.repos.length = 0;
  hub.renamed.clear();
  hub.failing.clear();
  hub.pageSize = 1_000;
});
afterAll(async () => {
  await small.close();
  await mlflow.close();
  await hub.close();
});

const store = () => small.service.store;
const sweep = async (registry = 'mlflow', dryRun = false) =>
  (await small.service.sweeper.sweep({ registries: [registry], dryRun }))[0];
const names = async () =>
  (await store().models.page({ first: 1_000 })).map(({ name, version }) => `${name}@${version}`).sort();

/** Waits until nothing is queued or running. */
async function ingested() {
  for (const { id } of await store().ingests.page({ states: ['QUEUED', 'RUNNING'], first: 1_000 })) {
    await settled(small.service, id);
  }
}

async function swept(registry?: string) {
  const report = await sweep(registry);
  await ingested();
  return report;
}

describe('MLflow', () => {
  it('registers missing versions page by page, then finds no difference', async () => {
    mlflow.pageSize = 2;
    for (const version of ['1', '2', '3', '4', '5']) mlflow.add({ name: 'birds', version, files: FILES });
    mlflow.add({ name: 'birds', version: '1', workspace: 'team', files: FILES });
    const all = ['birds@1', 'birds@2', 'birds@3', 'birds@4', 'birds@5', 'team/birds@1'];
    expect(await swept()).toMatchObject({ listed: 6, ingested: all, error: null });
    expect(await names()).toEqual(all);
    const ready = await store().models.page({ status: 'READY', first: 10 });
    expect(ready.map(({ registry }) => registry)).toEqual(Array(6).fill('mlflow'));
    expect(await sweep()).toMatchObject({ listed: 6, ingested: [], changed: [], removed: [], annotated: [] });
  });

  it('removes versions that the registry no longer has', async () => {
    const gone = mlflow.add({ name: 'birds', version: '1', files: FILES });
    mlflow.add({ name: 'birds', version: '2', files: FILES });
    await swept();
    mlflow.versions.splice(mlflow.versions.indexOf(gone), 1);
    expect(await sweep()).toMatchObject({ removed: ['birds@1'], error: null });
    expect(await names()).toEqual(['birds@2']);
  });

  it('reprobes a version that was recreated under its number', async () => {
    mlflow.add({ name: 'birds', version: '1', created: 1, files: FILES });
    await swept();
    mlflow.versions.length = 0;
    const other = meanColor({ size: 16 });
    mlflow.add({ name: 'birds', version: '1', created: 2, files: { 'model.onnx': other } });
    const before = await store().models.byNameVersion('birds', '1');
    expect(await swept()).toMatchObject({ changed: ['birds@1'], removed: [] });
    const after = await store().models.byNameVersion('birds', '1');
    expect(after).toMatchObject({ id: before?.id, status: 'READY' });
    expect(after?.fileDigest).not.toBe(before?.fileDigest);
  });

  it('does not retry a recreated version that is not a model', async () => {
    mlflow.add({ name: 'birds', version: '1', created: 1, files: FILES });
    await swept();
    mlflow.versions.length = 0;
    mlflow.add({ name: 'birds', version: '1', created: 2, files: { 'notes.txt': 'n' } });
    expect(await swept()).toMatchObject({ changed: ['birds@1'] });
    expect(await sweep()).toMatchObject({ changed: [], ingested: [] });
    expect(await store().models.byNameVersion('birds', '1')).toMatchObject({ status: 'READY' });
  });

  it('takes over tags and aliases', async () => {
    const version = mlflow.add({ name: 'birds', version: '1', files: FILES, tags: { stage: 'test' } });
    await swept();
    const model = await store().models.byNameVersion('birds', '1');
    const notes = async () => (await store().models.annotations([model?.id ?? ''])).get(model?.id ?? '');
    expect(await notes()).toEqual({ tags: { stage: 'test' }, aliases: [] });
    version.tags = { stage: 'live', owner: 'ada' };
    version.aliases = ['champion'];
    expect(await sweep()).toMatchObject({ annotated: ['birds@1'], changed: [] });
    expect(await notes()).toEqual({ tags: { stage: 'live', owner: 'ada' }, aliases: ['champion'] });
    expect(await sweep()).toMatchObject({ annotated: [] });
  });

  it('takes over those of all versions of a name at once', async () => {
    const [one, two] = ['1', '2'].map((version) => mlflow.add({ name: 'birds', version, files: FILES }));
    await swept();
    Object.assign(one, { tags: { stage: 'old' }, aliases: ['champion'] });
    Object.assign(two, { tags: { stage: 'new' }, aliases: ['challenger'] });
    const { annotated } = await sweep();
    expect([...annotated].sort()).toEqual(['birds@1', 'birds@2']);
    expect(await sweep()).toMatchObject({ annotated: [], error: null });
  });

  it('leaves an alias where it is, though the list of versions has none', async () => {
    mlflow.pageSize = 1;
    mlflow.add({ name: 'fish', version: '1', files: FILES });
    mlflow.add({ name: 'birds', version: '1', aliases: ['champion'], files: FILES });
    mlflow.add({ name: 'birds', version: '2', aliases: ['newest', 'challenger'], files: FILES });
    await swept();
    const aliases = async (version: string) => {
      const { id = '' } = (await store().models.byNameVersion('birds', version)) ?? {};
      return (await store().models.annotations([id])).get(id)?.aliases;
    };
    expect(await sweep()).toMatchObject({ annotated: [], error: null });
    expect(await aliases('1')).toEqual(['champion']);
    expect(await aliases('2')).toEqual(['challenger', 'newest']);
  });

  it.each([
    ['fails', () => mlflow.failing.set(SEARCH, 500)],
    ['of models fails', () => mlflow.failing.set(MODELS, 500)],
    ['is closed', () => mlflow.failing.set(SEARCH, 403)],
  ])('removes nothing when the list %s', async (_, fail) => {
    mlflow.add({ name: 'birds', version: '1', files: FILES });
    await swept();
    mlflow.versions.length = 0;
    fail();
    expect(await sweep()).toMatchObject({ removed: [], error: expect.any(String) });
    expect(await names()).toEqual(['birds@1']);
  });

  it('removes nothing when the list breaks off after a page', async () => {
    for (const version of ['1', '2', '3']) mlflow.add({ name: 'birds', version, files: FILES });
    await swept();
    mlflow.pageSize = 2;
    const { requests } = mlflow;
    const asked = requests.length;
    // The second page is refused.
    Object.defineProperty(mlflow.failing, 'get', {
      configurable: true,
      value: (path: string) =>
        path === SEARCH && requests.slice(asked).filter(({ url }) => url.startsWith(SEARCH)).length > 1
          ? 503
          : undefined,
    });
    const report = await sweep();
    delete (mlflow.failing as { get?: unknown }).get;
    expect(report).toMatchObject({ removed: [], error: expect.stringContaining('503') });
    expect(await names()).toHaveLength(3);
  });

  it('continues when one workspace fails or is forbidden', async () => {
    mlflow.add({ name: 'birds', version: '1', files: FILES });
    mlflow.add({ name: 'fish', version: '1', workspace: 'team', files: FILES });
    await swept();
    mlflow.versions.length = 0;
    mlflow.closedWorkspace = 'team';
    const report = await sweep();
    mlflow.closedWorkspace = undefined;
    expect(report).toMatchObject({ removed: ['birds@1'], error: expect.stringMatching(/team: .*403/) });
    expect(await names()).toEqual(['team/fish@1']);
  });

  it('keeps a version that the list missed but the registry still has', async () => {
    const missed = mlflow.add({ name: 'birds', version: '1', files: FILES });
    await swept();
    // As a page that shifted: the version is there, but not in the list.
    missed.tags = { 'mlflow.prompt.is_prompt': 'true' };
    expect(await sweep()).toMatchObject({ listed: 0, removed: [], error: null });
    mlflow.failing.set(GET, 500);
    expect(await sweep()).toMatchObject({ removed: [], error: expect.stringContaining('500') });
    expect(await names()).toEqual(['birds@1']);
  });

  it('leaves alone what is not of this registry, or not in the listed workspaces', async () => {
    await small.ingest(meanColor(), { name: 'own' });
    mlflow.add({ name: 'own', version: '1', files: FILES });
    const { probeSetId } = (await store().models.byNameVersion('own', '1')) ?? { probeSetId: '' };
    const source = 'mlflow:/birds/1?workspace=elsewhere';
    await store().ingests.enqueue({
      ...newIngest(probeSetId, 'elsewhere/birds'),
      source,
      registry: 'mlflow',
      request: { name: 'elsewhere/birds', version: '1', source, probeSet: probeSetId },
    });
    await ingested();
    expect(await sweep()).toMatchObject({ ingested: [], removed: [], error: null });
    expect(await names()).toEqual(['elsewhere/birds@1', 'own@1']);
  });

  it('leaves alone a model that was registered directly under its name', async () => {
    await small.ingest(meanColor(), { name: 'given', registry: 'mlflow' });
    expect(await sweep()).toMatchObject({ removed: [], error: null });
    expect(await names()).toEqual(['given@1']);
  });

  it('continues after a version that cannot be registered', async () => {
    mlflow.add({ name: 'x'.repeat(301), version: '1', files: FILES });
    mlflow.add({ name: 'birds', version: '1', files: FILES });
    expect(await swept()).toMatchObject({
      ingested: ['birds@1'],
      refused: [`${'x'.repeat(301)}@1`],
      error: null,
    });
  });

  it('retries unreachable versions, but not versions without a model', async () => {
    const away = mlflow.add({ name: 'away', version: '1', files: FILES });
    mlflow.add({ name: 'broken', version: '1', files: { 'model.onnx': 'no model' } });
    mlflow.failing.set('/model-versions/get-artifact', 502);
    await swept();
    mlflow.failing.clear();
    await swept();
    const failed = await store().models.page({ status: 'FAILED', first: 10 });
    expect(failed.map(({ name }) => name)).toEqual(['broken']);
    expect(await sweep()).toMatchObject({ ingested: [] });
    expect(await store().models.byNameVersion(away.name, '1')).toMatchObject({ status: 'READY' });
  });

  it('leaves out what is not ready, and prompts', async () => {
    mlflow.add({ name: 'pending', version: '1', status: 'PENDING_REGISTRATION' });
    mlflow.add({ name: 'prompt', version: '1', tags: { 'mlflow.prompt.is_prompt': 'true' } });
    expect(await sweep()).toMatchObject({ listed: 1, ingested: [], error: null });
  });

  describe('a renamed model', () => {
    const rename = (from: string, to: string) => {
      for (const version of mlflow.versions) if (version.name === from) version.name = to;
    };

    it('keeps its ids and responses, and gets the versions that came since', async () => {
      for (const version of ['1', '2']) mlflow.add({ name: 'birds', version, files: FILES });
      await swept();
      const before = await store().models.byNameVersion('birds', '1');
      mlflow.versions.pop();
      rename('birds', 'team birds');
      mlflow.add({ name: 'team birds', version: '3', files: FILES });
      expect(await sweep('mlflow', true)).toMatchObject({
        renamed: ['team birds@1', 'team birds@2'],
        ingested: ['team birds@3'],
        removed: ['team birds@2'],
      });
      expect(await names()).toEqual(['birds@1', 'birds@2']);
      expect(await swept()).toMatchObject({
        renamed: ['team birds@1', 'team birds@2'],
        ingested: ['team birds@3'],
        removed: ['team birds@2'],
        error: null,
      });
      expect(await names()).toEqual(['team birds@1', 'team birds@3']);
      expect(await store().models.byNameVersion('team birds', '1')).toEqual({
        ...before,
        name: 'team birds',
        source: 'mlflow:/team%20birds/1',
        updatedAt: expect.any(Date),
      });
      expect(await sweep()).toMatchObject({ renamed: [], ingested: [], removed: [], changed: [] });
    });

    it('is not one that was deleted while another has versions of the same numbers', async () => {
      mlflow.add({ name: 'birds', version: '1', files: FILES });
      await swept();
      mlflow.versions.length = 0;
      mlflow.add({ name: 'fish', version: '1', created: 7, files: FILES });
      expect(await swept()).toMatchObject({ renamed: [], ingested: ['fish@1'], removed: ['birds@1'] });
    });

    it('stays in its workspace', async () => {
      const { runId, created } = mlflow.add({ name: 'birds', version: '1', files: FILES });
      await swept();
      mlflow.versions.length = 0;
      mlflow.add({ name: 'fish', version: '1', workspace: 'team', runId, created, files: FILES });
      expect(await swept()).toMatchObject({ renamed: [], ingested: ['team/fish@1'], removed: ['birds@1'] });
    });

    it('waits while MLflow does not confirm that the old name is gone', async () => {
      mlflow.add({ name: 'birds', version: '1', files: FILES });
      await swept();
      rename('birds', 'fish');
      mlflow.failing.set(GET, 500);
      const report = await sweep('mlflow', true);
      mlflow.failing.clear();
      expect(report).toMatchObject({ renamed: [], removed: [], error: expect.stringContaining('500') });
    });
  });

  it('changes nothing in a dry run', async () => {
    mlflow.add({ name: 'gone', version: '1', files: FILES });
    await swept();
    mlflow.versions.length = 0;
    mlflow.add({ name: 'new', version: '1', files: FILES });
    expect(await sweep('mlflow', true)).toMatchObject({
      ingested: ['new@1'],
      removed: ['gone@1'],
      dryRun: true,
    });
    expect(await names()).toEqual(['gone@1']);
  });
});

describe('the Hub', () => {
  const [one, two] = ['1'.repeat(40), '2'.repeat(40)];

  it('registers the heads of configured owners and repositories that have a model', async () => {
    hub.pageSize = 1;
    hub.add({ name: 'org/owl', commits: [{ sha: one, files: FILES }] });
    hub.add({ name: 'org/crow', commits: [{ sha: two, files: FILES }], access: 'private' });
    hub.add({ name: 'org/text', commits: [{ sha: one, files: { 'pytorch_model.bin': 'p' } }] });
    hub.add({ name: 'other/single', commits: [{ sha: one, files: FILES }] });
    hub.add({ name: 'other/unrelated', commits: [{ sha: one, files: FILES }] });
    const report = await swept('huggingface');
    expect(report).toMatchObject({ listed: 4, error: null });
    expect(await names()).toEqual([`org/crow@${two}`, `org/owl@${one}`, `other/single@${one}`]);
    expect(await store().models.count({ status: 'READY' })).toBe(3);
  });

  it('registers a new head and keeps the older commit; removes both with the repository', async () => {
    const repo = hub.add({ name: 'org/owl', commits: [{ sha: one, files: FILES }] });
    await swept('huggingface');
    repo.commits.push({ sha: two, files: FILES });
    expect(await swept('huggingface')).toMatchObject({ ingested: [`org/owl@${two}`], removed: [] });
    expect(await names()).toHaveLength(2);
    hub.repos.length = 0;
    const { removed } = await sweep('huggingface');
    expect([...removed].sort()).toEqual([`org/owl@${one}`, `org/owl@${two}`]);
    expect(await names()).toEqual([]);
  });

  it.each([
    ['org/owl', 'org/barn-owl'],
    ['other/single', 'other/double'],
  ])('is up to date after one sweep when no delivery said that %s was renamed', async (from, to) => {
    const repo = hub.add({ name: from, commits: [{ sha: one, files: FILES }] });
    await swept('huggingface');
    const { id } = (await store().models.byNameVersion(from, one)) ?? {};
    repo.name = to;
    hub.renamed.set(from, to);
    expect(await swept('huggingface')).toMatchObject({
      renamed: [`${to}@${one}`],
      ingested: [],
      removed: [],
      error: null,
    });
    expect(await store().models.byNameVersion(to, one)).toMatchObject({ id, source: `hf://${to}@${one}` });
    expect(await names()).toEqual([`${to}@${one}`]);
    expect(await sweep('huggingface')).toMatchObject({ ingested: [], removed: [], error: null });
  });

  it('keeps a repository whose name is the same but for capital letters', async () => {
    const older = hub.add({ name: 'org/owl', commits: [{ sha: one, files: FILES }] });
    await swept('huggingface');
    older.name = 'org/Owl';
    older.commits.push({ sha: two, files: FILES });
    hub.renamed.set('org/owl', 'org/Owl');
    expect(await swept('huggingface')).toMatchObject({ ingested: [`org/Owl@${two}`], removed: [] });
  });

  it('removes nothing when the list fails, or the Hub does not say that a repository is gone', async () => {
    hub.add({ name: 'org/owl', commits: [{ sha: one, files: FILES }] });
    await swept('huggingface');
    hub.failing.set('/api/models', 500);
    expect(await sweep('huggingface')).toMatchObject({ removed: [], error: expect.stringContaining('500') });
    hub.failing.clear();
    hub.repos.length = 0;
    // As for a token that has expired: private and gone look the same then.
    hub.token = 'hf_other';
    expect(await sweep('huggingface')).toMatchObject({ removed: [], error: expect.stringContaining('401') });
    hub.token = 'hf_test';
    expect(await names()).toEqual([`org/owl@${one}`]);
  });

  it('goes on where one repository or owner fails: a deleted one answers 401 without a token', async () => {
    hub.add({ name: 'other/single', commits: [{ sha: one, files: FILES }] });
    hub.add({ name: 'org/gone', commits: [{ sha: one, files: FILES }] });
    await swept('huggingface');
    hub.repos.length = 0;
    hub.token = 'hf_other';
    hub.add({ name: 'org/owl', commits: [{ sha: one, files: FILES }] });
    const deleted = await swept('huggingface');
    expect(deleted).toMatchObject({ ingested: [`org/owl@${one}`], removed: [] });
    // The one by its list, the other when its removal was to be confirmed.
    expect(deleted.error).toMatch(/^other\/single: .*401.* org\/gone: .*401/);
    hub.token = 'hf_test';

    hub.failing.set('/api/models', 500);
    hub.add({ name: 'other/single', commits: [{ sha: two, files: FILES }] });
    const closed = await swept('huggingface');
    expect(closed).toMatchObject({ ingested: [`other/single@${two}`], removed: [] });
    expect(closed.error).toMatch(/^org: .*500/);
    hub.failing.clear();

    expect(await sweep('huggingface')).toMatchObject({ removed: [`org/gone@${one}`], error: null });
  });
});

it('refuses a registry that cannot be listed', async () => {
  await expect(sweep('standard')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(small.service.sweeper.registries.sort()).toEqual(['huggingface', 'mlflow']);
});
