import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { meanColor } from '../probing/support/made-models.js';
import { mlflowHeaders, pythonJson, standardHeaders } from '../registries/signing.js';
import { openWebhookService, SECRETS, type WebhookService } from './webhook-service.js';

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
const MODEL = meanColor();
const OTHER_MODEL = meanColor({ size: 16 });
const HEAD = 'a'.repeat(40);

let hooks: WebhookService;
beforeAll(async () => {
  hooks = await openWebhookService({ work: true });
});
afterAll(() => hooks.close());

const modelOf = (name: string, version = '1') => hooks.service.store.models.byNameVersion(name, version);
const created = (name: string, more: object = {}) => ({
  type: 'model.version.created',
  data: { name, version: '1', url: hooks.host(`/${name}.onnx`, MODEL), ...more },
});

function mlflowBody(
  entity: string,
  action: string,
  data: object,
  timestamp = '2026-07-31T08:27:32.080217+00:00',
) {
  return pythonJson({ entity, action, timestamp, data });
}

function hubEvent(scope: string, action: string, name: string, changes: object = {}) {
  return {
    event: { action, scope },
    repo: { type: 'model', name, id: `id-of-${name.replace('/', '-')}`, private: false, headSha: HEAD },
    webhook: { id: '1', version: 3 },
    ...changes,
  };
}

const push = (name: string, newSha: string, ref = 'refs/heads/main') =>
  hubEvent('repo.content', 'update', name, { updatedRefs: [{ ref, oldSha: HEAD, newSha }] });

describe('a registered version', () => {
  it('is taken with 202, probed, and becomes searchable', async () => {
    const labels = ['a', 'b', 'c', 'd'];
    const answer = await hooks.standard(created('birds', { sha256: sha256(MODEL), labels }));
    expect(answer).toEqual({ status: 202, body: { ingest: expect.any(String), status: 'accepted' } });
    expect(await hooks.settled(answer)).toMatchObject({ state: 'SUCCEEDED' });
    const model = (await modelOf('birds')) ?? expect.fail();
    expect(model).toMatchObject({ status: 'READY', registry: 'standard', fileDigest: sha256(MODEL) });
    expect(await hooks.service.store.models.labels(model.id)).toEqual(labels);
  });

  it('is registered once, however often and under whatever id the delivery comes', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => hooks.standard(created('once'), `once-${index % 2}`)),
    );
    expect(new Set(answers.map(({ body }) => body.ingest)).size).toBe(1);
    const statuses = answers.map(({ body }) => body.status).sort();
    expect(statuses).toEqual(['accepted', ...Array(19).fill('duplicate')]);
  });

  it('is a CloudEvent as well', async () => {
    const event = { specversion: '1.0', id: '1', source: '/r', ...created('cloud') };
    expect(await hooks.standard(event)).toMatchObject({ status: 202, body: { status: 'accepted' } });
  });

  it('fails with a clear reason when the file is not the announced one', async () => {
    const answer = await hooks.standard(created('swapped', { sha256: sha256(OTHER_MODEL) }));
    expect(await hooks.settled(answer)).toMatchObject({ state: 'FAILED', errorCode: 'SOURCE_CHANGED' });
  });

  it('may be tried again after a failure, by another delivery', async () => {
    const event = created('late', { url: hooks.host('/growing.onnx', Buffer.alloc(0)) });
    const first = await hooks.standard(event);
    expect(await hooks.settled(first)).toMatchObject({ state: 'FAILED', errorCode: 'MODEL_EMPTY' });
    hooks.host('/growing.onnx', MODEL);
    const second = await hooks.standard(event);
    expect(second.body).toMatchObject({ status: 'accepted' });
    expect(second.body.ingest).not.toBe(first.body.ingest);
    expect(await hooks.settled(second)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('is not taken from its first registry', async () => {
    await hooks.settled(await hooks.standard(created('contested')));
    const body = mlflowBody('model_version', 'created', { name: 'contested', version: '1' });
    expect((await hooks.mlflow(body)).body).toEqual({ status: 'ignored', ingest: null });
    expect(await modelOf('contested')).toMatchObject({ registry: 'standard' });
  });

  it('is not taken from its first registry when its ingest failed, either', async () => {
    const url = hooks.host('/empty.onnx', Buffer.alloc(0));
    const first = await hooks.standard(created('failed', { url }));
    expect(await hooks.settled(first)).toMatchObject({ state: 'FAILED' });
    const body = mlflowBody('model_version', 'created', { name: 'failed', version: '1' });
    expect((await hooks.mlflow(body)).body).toEqual({ status: 'ignored', ingest: null });
    expect(await modelOf('failed')).toMatchObject({ registry: 'standard', source: url, status: 'FAILED' });
  });
});

describe('an updated version', () => {
  const updated = (name: string, more: object) => ({ ...created(name, more), type: 'model.version.updated' });

  it('is probed again when its file is another one, and stays searchable meanwhile', async () => {
    const first = await hooks.standard(created('changing', { sha256: sha256(MODEL) }));
    await hooks.settled(first);
    const same = await hooks.standard(updated('changing', { sha256: sha256(MODEL) }));
    expect(same.body).toEqual({ status: 'duplicate', ingest: first.body.ingest });

    const url = hooks.host('/changed.onnx', OTHER_MODEL);
    const other = await hooks.standard(updated('changing', { url, sha256: sha256(OTHER_MODEL) }));
    expect(other.body.status).toBe('accepted');
    expect(await modelOf('changing')).toMatchObject({ status: 'READY' });
    expect(await hooks.settled(other)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await modelOf('changing')).toMatchObject({ source: url, fileDigest: sha256(OTHER_MODEL) });
  });

  it('is registered when it was not known', async () => {
    expect((await hooks.standard(updated('unknown', {}))).body.status).toBe('accepted');
    // The creation was overtaken.
    expect((await hooks.standard(created('unknown'))).body.status).toBe('duplicate');
  });
});

describe('a deleted version', () => {
  const deleted = (name: string, timestamp?: string) => ({
    type: 'model.version.deleted',
    timestamp,
    data: { name, version: '1' },
  });

  it('is removed from the database and the gallery', async () => {
    await hooks.settled(await hooks.standard(created('leaving')));
    expect((await hooks.standard(deleted('leaving'))).body).toEqual({ status: 'accepted', ingest: null });
    expect(await modelOf('leaving')).toBeNull();
    expect((await hooks.standard(deleted('leaving'))).body.status).toBe('ignored');
  });

  it('does not come back by a replay, nor by a creation that was overtaken', async () => {
    const creation = { ...created('gone'), timestamp: '2026-01-01T00:00:00Z' };
    const first = await hooks.standard(creation, 'gone-created');
    await hooks.standard(deleted('gone', '2026-01-01T00:00:05Z'));
    const replayed = await hooks.standard(creation, 'gone-created');
    expect(replayed.body).toEqual({ status: 'duplicate', ingest: first.body.ingest });
    expect((await hooks.standard(creation, 'gone-created-again')).body.status).toBe('ignored');
    expect(await modelOf('gone')).toBeNull();
    const anew = { ...created('gone'), timestamp: '2026-01-01T00:00:10Z' };
    expect((await hooks.standard(anew)).body.status).toBe('accepted');
  });

  it('of another registry stays', async () => {
    await hooks.mlflow(mlflowBody('model_version', 'created', { name: 'theirs', version: '1' }));
    expect((await hooks.standard(deleted('theirs'))).body.status).toBe('ignored');
    expect(await modelOf('theirs')).not.toBeNull();
  });
});

describe('MLflow', () => {
  it('registers by name and version, and says what is missing to read them', async () => {
    const data = { name: 'vögel', version: '7', source: 'file:///etc/passwd', run_id: 'r' };
    const body = mlflowBody('model_version', 'created', data);
    const answer = await hooks.mlflow(body, 'f3b1');
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect(await hooks.settled(answer)).toMatchObject({
      state: 'FAILED',
      errorCode: 'SOURCE_UNSUPPORTED',
      errorMessage: expect.stringContaining('no connection to MLflow'),
    });
    expect(await modelOf('vögel', '7')).toMatchObject({ registry: 'mlflow', source: 'mlflow:/v%C3%B6gel/7' });
    expect((await hooks.mlflow(body, 'f3b1')).body).toEqual({ ...answer.body, status: 'duplicate' });
  });

  it.each([
    ['prompt', 'created'],
    ['model_version_tag', 'set'],
    ['model_version_alias', 'created'],
    ['model_version', 'sung'],
  ])('learns that %s %s was ignored, which is recorded', async (entity, action) => {
    const data = { name: 'm', version: '1', key: 'k', value: 'v', alias: 'a' };
    const id = `${entity}-${action}`;
    const answer = await hooks.mlflow(mlflowBody(entity, action, data), id);
    expect(answer).toEqual({ status: 202, body: { ingest: null, status: 'ignored' } });
    expect(await hooks.service.store.deliveries.find('mlflow', id)).toMatchObject({
      event: `${entity}.${action}`,
      outcome: 'IGNORED',
      reason: expect.any(String),
    });
  });

  it('may put U+0000 into the value of a tag, which no database takes', async () => {
    await hooks.mlflow(mlflowBody('model_version', 'created', { name: 'nul', version: '1' }), 'nul-1');
    const tag = { name: 'nul', version: '1', key: 'note', value: 'a\0b' };
    const answer = await hooks.mlflow(mlflowBody('model_version_tag', 'set', tag), 'nul-2');
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
    const { id = '' } = (await modelOf('nul')) ?? {};
    const notes = await hooks.service.store.models.annotations([id]);
    expect(notes.get(id)?.tags).toEqual({ note: 'a\ufffdb' });
  });
});

describe('the Hub', () => {
  it('registers each commit of the default branch once', async () => {
    const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
    const first = await hooks.huggingface(push('org/owl', one));
    expect(first.body.status).toBe('accepted');
    expect((await hooks.huggingface(push('org/owl', one))).body).toEqual({
      ...first.body,
      status: 'duplicate',
    });
    expect((await hooks.huggingface(push('org/owl', two, 'refs/pr/1'))).body.status).toBe('ignored');
    expect((await hooks.huggingface(push('org/owl', two))).body.status).toBe('accepted');
    expect(await modelOf('org/owl', two)).toMatchObject({ source: `hf://org/owl@${two}` });
    expect(await hooks.settled(first)).toMatchObject({ errorCode: 'SOURCE_NOT_FOUND' });
  });

  it('renames every version, with its source', async () => {
    const name = 'org/before';
    for (const sha of ['3'.repeat(40), '4'.repeat(40)]) await hooks.huggingface(push(name, sha));
    // This one came ahead of the move.
    await hooks.huggingface(push('org/after', '4'.repeat(40)));
    const move = hubEvent('repo', 'move', name, { movedTo: { name: 'org/after' } });
    expect((await hooks.huggingface(move)).body.status).toBe('accepted');
    expect(await hooks.service.store.models.byName(name)).toEqual([]);
    const renamed = await hooks.service.store.models.byName('org/after');
    expect(renamed.map(({ source }) => source).sort()).toEqual([
      `hf://org/after@${'3'.repeat(40)}`,
      `hf://org/after@${'4'.repeat(40)}`,
    ]);
    expect((await hooks.huggingface(move)).body.status).toBe('ignored');
  });

  it('removes every version of a deleted repository, and of no other', async () => {
    for (const name of ['org/doomed', 'org/doomed2']) {
      for (const sha of ['5'.repeat(40), '6'.repeat(40)]) await hooks.huggingface(push(name, sha));
    }
    expect((await hooks.huggingface(hubEvent('repo', 'delete', 'org/doomed'))).body.status).toBe('accepted');
    const left = () => hooks.service.store.models.byName('org/doomed');
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 30_000, interval: 50 });
    expect(await hooks.service.store.models.byName('org/doomed2')).toHaveLength(2);
  });
});

describe('Weights & Biases', () => {
  const linked = (version: string, more: object = {}) => ({
    event_type: 'LINK_ARTIFACT',
    artifact_version_string: `team/registry/wren:${version}`,
    ...more,
  });

  it('gets an error when the delivery has no file, and the corrected delivery counts', async () => {
    const counts = () => hooks.service.webhooks.get('wandb')?.counts.invalid ?? 0;
    const before = counts();
    const refused = await hooks.wandb(linked('v0'));
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'PAYLOAD_INVALID' } } });
    expect(refused.body.error?.message).toContain('add url to the payload');
    expect(counts()).toBe(before + 1);
    expect(await modelOf('team/registry/wren', 'v0')).toBeNull();
    const corrected = await hooks.wandb(linked('v0', { url: hooks.host('/wren.onnx', MODEL) }));
    expect(corrected).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect(await hooks.settled(corrected)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('may correct a URL that led nowhere', async () => {
    const nowhere = linked('v1', { url: `${new URL(hooks.host('/x', MODEL)).origin}/wron.onnx` });
    const failed = await hooks.wandb(nowhere);
    expect(await hooks.settled(failed)).toMatchObject({ state: 'FAILED', errorCode: 'SOURCE_NOT_FOUND' });
    expect((await hooks.wandb(nowhere)).body).toEqual({ ...failed.body, status: 'duplicate' });
    const corrected = await hooks.wandb(linked('v1', { url: hooks.host('/wren.onnx', MODEL) }));
    expect(corrected.body.status).toBe('accepted');
    expect(await hooks.settled(corrected)).toMatchObject({ state: 'SUCCEEDED' });
  });
});

describe('an alias of Weights & Biases', () => {
  const url = () => hooks.host('/heron.onnx', MODEL);
  const named = (version: string, more: object = {}) =>
    hooks.wandb({
      event_type: 'ADD_ARTIFACT_ALIAS',
      artifact_version_string: `team/registry/heron:${version}`,
      alias: 'production',
      url: url(),
      ...more,
    });
  const inProduction = async () => {
    const models = await hooks.service.store.models.byName('team/registry/heron');
    const notes = await hooks.service.store.models.annotations(models.map(({ id }) => id));
    return models.filter(({ id }) => notes.get(id)?.aliases.includes('production')).map((one) => one.version);
  };

  it('comes with a registration, goes to another version, and back', async () => {
    const first = await named('v0');
    expect(first).toMatchObject({ status: 202, body: { status: 'accepted', ingest: expect.any(String) } });
    expect(await inProduction()).toEqual(['v0']);
    expect((await named('v0')).body).toEqual({ ...first.body, status: 'duplicate' });
    await named('v1');
    expect(await inProduction()).toEqual(['v1']);
    expect((await named('v0')).body).toEqual({ ...first.body, status: 'accepted' });
    expect(await inProduction()).toEqual(['v0']);
  });

  it('goes to a registered version also without a URL', async () => {
    const answer = await named('v1', { event_type: 'UPDATE_ARTIFACT_ALIAS', url: undefined });
    expect(answer).toEqual({ status: 202, body: { ingest: null, status: 'accepted' } });
    expect(await inProduction()).toEqual(['v1']);
  });

  it('registers nothing without a URL, and nothing that was removed again', async () => {
    expect((await named('v7', { url: undefined })).body).toEqual({ ingest: null, status: 'ignored' });
    const model = await modelOf('team/registry/heron', 'v0');
    await hooks.service.ingest.remove(model?.id ?? '');
    expect((await named('v0')).body.status).toBe('duplicate');
    expect(await modelOf('team/registry/heron', 'v0')).toBeNull();
    expect(await modelOf('team/registry/heron', 'v7')).toBeNull();
  });
});

describe('a receiver', () => {
  it('without a secret is off, before any body is read', async () => {
    const off = await hooks.secondServer({ PROBELOG_MLFLOW_SECRETS: 'x' });
    for (const registry of ['huggingface', 'wandb', 'standard']) {
      const response = await fetch(`${off.url}/webhooks/${registry}`, { method: 'POST', body: '{}' });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'WEBHOOK_OFF' } });
    }
    expect((await fetch(`${off.url}/webhooks/mlflow`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${off.url}/webhooks/other`, { method: 'POST' })).status).toBe(404);
  });

  it('reads no more than 1 MiB', async () => {
    const before = hooks.service.webhooks.get('standard')?.counts;
    expect(await hooks.post('standard', new Uint8Array(2 ** 20 + 1))).toMatchObject({
      status: 413,
      body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
    });
    expect(hooks.service.webhooks.get('standard')?.counts).toEqual(before);
    expect((await hooks.post('standard', new Uint8Array(2 ** 20))).status).toBe(401);
  });

  it('records nothing of what it refuses but a count', async () => {
    const body = JSON.stringify(created('refused'));
    const headers = standardHeaders(body, SECRETS.standard, 'refused-1', new Date());
    const stale = standardHeaders(body, SECRETS.standard, 'refused-1', new Date(Date.now() - 301_000));
    const broken = standardHeaders('{', SECRETS.standard, 'refused-1', new Date());
    const counts = () => ({ ...hooks.service.webhooks.get('standard')?.counts });
    const before = counts();
    const refusals = [
      await hooks.post('standard', body),
      await hooks.post('standard', `${body} `, headers),
      await hooks.post('standard', body, stale),
      await hooks.post('standard', '{', broken),
      await hooks.post('standard', '', headers),
    ];
    expect(refusals.map(({ status, body: { error } }) => [status, error?.code])).toEqual([
      [401, 'SIGNATURE_INVALID'],
      [401, 'SIGNATURE_INVALID'],
      [401, 'SIGNATURE_EXPIRED'],
      [400, 'PAYLOAD_INVALID'],
      [401, 'SIGNATURE_INVALID'],
    ]);
    expect(counts()).toMatchObject({
      unauthorized: (before.unauthorized ?? 0) + 4,
      invalid: (before.invalid ?? 0) + 1,
      accepted: before.accepted,
    });
    expect(await hooks.service.store.deliveries.find('standard', 'refused-1')).toBeNull();
    expect(await modelOf('refused')).toBeNull();
    // It was the delivery that was bad, not its id.
    expect((await hooks.post('standard', body, headers)).body.status).toBe('accepted');
  });

  it('takes a delivery signed with the next secret already', async () => {
    const body = JSON.stringify(created('rotated'));
    const headers = standardHeaders(body, SECRETS.standardNext, 'rotated', new Date());
    expect((await hooks.post('standard', body, headers)).body.status).toBe('accepted');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/cloudevents+json'])(
    'reads the bytes whatever type they claim to be: %s',
    async (type) => {
      const body = mlflowBody('prompt', 'created', {});
      const headers = mlflowHeaders(body, SECRETS.mlflow, type.replaceAll('.', '-'), new Date());
      expect(await hooks.post('mlflow', body, { ...headers, 'content-type': type })).toMatchObject({
        status: 202,
      });
    },
  );

  it('alone may name a version by the URI of its registry', async () => {
    const request = { name: 'direct', version: '1', source: 'hf://org/name@main' };
    await expect(hooks.service.ingest.enqueue(request)).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });

  it('leaves the bodies of other routes alone', async () => {
    const response = await fetch(`${hooks.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query": "{ __typename }"}',
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('never logs a secret', () => {
    for (const secret of Object.values(SECRETS)) expect(hooks.logged()).not.toContain(secret);
  });
});

describe('without a worker', () => {
  let idle: WebhookService;
  beforeAll(async () => {
    idle = await openWebhookService({ work: false });
  });
  afterAll(() => idle.close());

  it('a burst of 500 deliveries loses none and doubles none', { timeout: 180_000 }, async () => {
    const events = Array.from({ length: 500 }, (_, index) => {
      const data = { name: `burst-${index % 450}`, version: '1', url: 'https://models.example.org/m.onnx' };
      // 450 versions, of which 50 come twice: 25 as the same delivery, 25 as another one.
      return {
        event: { type: 'model.version.created', data },
        id: `burst-${index < 475 ? index % 450 : index}`,
      };
    });
    const answers = await Promise.all(events.map(({ event, id }) => idle.standard(event, id)));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(answers.filter(({ body }) => body.status === 'accepted')).toHaveLength(450);
    expect(answers.filter(({ body }) => body.status === 'duplicate')).toHaveLength(50);
    const queued = await idle.service.store.ingests.page({ states: ['QUEUED'], first: 1_000 });
    expect(queued).toHaveLength(450);
    const ids = queued.map(({ id }) => Buffer.from(`Ingest:${id}`).toString('base64url'));
    expect(new Set(answers.map(({ body }) => body.ingest))).toEqual(new Set(ids));
    expect(idle.service.webhooks.get('standard')?.counts).toMatchObject({
      accepted: 450,
      duplicate: 50,
      failed: 0,
    });
  });

  it('a version of Weights & Biases is registered once for all kinds of events', async () => {
    const url = idle.host('/wren.onnx', MODEL);
    const event = { event_type: 'LINK_ARTIFACT', artifact_version_string: 'team/registry/wren:v0', url };
    const first = await idle.wandb(event);
    for (const type of ['LINK_ARTIFACT', 'ADD_ARTIFACT_ALIAS']) {
      const again = await idle.wandb({ ...event, event_type: type });
      expect(again.body).toEqual({ ingest: first.body.ingest, status: 'duplicate' });
    }
  });

  it('an update takes the place of an ingest that still waits', async () => {
    const event = (type: string, digit: string) => ({
      type,
      data: { name: 'waiting', version: '1', url: 'https://e.org/m.onnx', sha256: digit.repeat(64) },
    });
    const first = await idle.standard(event('model.version.created', 'a'));
    const same = await idle.standard(event('model.version.updated', 'a'));
    expect(same.body).toEqual({ status: 'duplicate', ingest: first.body.ingest });
    const second = await idle.standard(event('model.version.updated', 'b'));
    expect(second.body.status).toBe('accepted');
    expect(await idle.settled(first)).toMatchObject({ state: 'CANCELLED' });
    const [model] = await idle.service.store.models.byName('waiting');
    const { ingests } = idle.service.store;
    const [latest] = await ingests.latestForModels([model.id]);
    expect(latest).toMatchObject({ state: 'QUEUED' });
    expect(await ingests.request(latest.id)).toMatchObject({ sha256: 'b'.repeat(64) });
  });
});
