import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { failWaiting, newIngest, takeUp } from '../store/models.js';

const LIST = `query($status: [IngestState!], $registry: String, $model: ID, $first: Int = 10, $after: String) {
  ingests(status: $status, registry: $registry, model: $model, first: $first, after: $after) {
    edges { cursor node { id state model { name } error { code message } attempts priority nextAttemptAt } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const RETRY = 'mutation($id: ID!) { retryIngest(id: $id) { id state error { code } model { status } } }';
let demo: DemoService;
const ids: Record<string, string> = {};

beforeAll(async () => {
  demo = await openDemoService({}, false);
  const { store } = demo.service;
  const [{ id: probeSetId }] = await store.probeSets.list();
  for (const name of ['a1', 'b1', 'a2', 'a3', 'a4']) {
    const { id } = await store.ingests.enqueue({ ...newIngest(probeSetId, name), registry: name[0] });
    ids[name] = id;
    if (name !== 'a4') await failWaiting(store, id);
  }
});
afterAll(() => demo.close());

const names = (page: { edges: { node: { model: { name: string } } }[] }) =>
  page.edges.map(({ node }) => node.model.name);

describe('ingests', () => {
  it('that failed are listed with their reason, the newest first', async () => {
    const { data } = await demo.ask(LIST, { status: 'FAILED' });
    expect(names(data.ingests)).toEqual(['a3', 'a2', 'b1', 'a1']);
    expect(data.ingests.edges[0].node.error).toEqual({ code: 'MODEL_EMPTY', message: 'no bytes' });
  });

  it('are those of one registry', async () => {
    const { data } = await demo.ask(LIST, { registry: 'a' });
    expect(names(data.ingests)).toEqual(['a4', 'a3', 'a2', 'a1']);
  });

  it('are those of one model', async () => {
    const [ingest] = await demo.service.store.ingests.byIds([ids.b1]);
    const model = Buffer.from(`Model:${ingest.modelId}`).toString('base64url');
    expect(names((await demo.ask(LIST, { model })).data.ingests)).toEqual(['b1']);
    const { errors } = await demo.ask(LIST, { model: 'nonsense' });
    expect(errors?.[0].extensions.code).toBe('ID_INVALID');
  });

  it('come page by page', async () => {
    const first = (await demo.ask(LIST, { status: 'FAILED', registry: 'a', first: 2 })).data.ingests;
    expect([names(first), first.pageInfo.hasNextPage]).toEqual([['a3', 'a2'], true]);
    const after = first.pageInfo.endCursor;
    const second = (await demo.ask(LIST, { status: 'FAILED', registry: 'a', first: 2, after })).data.ingests;
    expect([names(second), second.pageInfo.hasNextPage]).toEqual([['a1'], false]);
  });

  it('refuse a cursor of another list', async () => {
    const { endCursor } = (await demo.ask(LIST, { status: 'FAILED', first: 1 })).data.ingests.pageInfo;
    const { errors } = await demo.ask(LIST, { status: 'FAILED', registry: 'a', after: endCursor });
    expect(errors?.[0].extensions.code).toBe('CURSOR_INVALID');
  });

  it('show when they are tried again', async () => {
    const { store } = demo.service;
    const { claim } = await takeUp(store, ids.a4);
    const failure = { code: 'SOURCE_TIMEOUT', message: 'nothing came', delayMs: 60_000 };
    await store.ingests.retryLater(claim, failure);
    const { data } = await demo.ask(LIST, { status: 'QUEUED' });
    expect(data.ingests.edges.map(({ node }: { node: object }) => node)).toMatchObject([
      {
        attempts: 1,
        priority: 0,
        error: { code: 'SOURCE_TIMEOUT', message: 'nothing came' },
        nextAttemptAt: expect.stringMatching(/^\d{4}-/),
      },
    ]);
  });
});

describe('retryIngest', () => {
  const globalId = (id: string) => Buffer.from(`Ingest:${id}`).toString('base64url');

  it('puts a failed ingest back into the queue', async () => {
    const id = globalId(ids.a1);
    const { data } = await demo.ask(RETRY, { id });
    expect(data.retryIngest).toEqual({ id, state: 'QUEUED', error: null, model: { status: 'PENDING' } });
  });

  it('refuses one that did not fail', async () => {
    const { errors } = await demo.ask(RETRY, { id: globalId(ids.a4) });
    expect(errors?.[0].extensions.code).toBe('INGEST_NOT_RETRYABLE');
  });
});

describe('priority of ingestModel', () => {
  const INGEST = 'mutation($input: IngestModelInput!) { ingestModel(input: $input) { priority } }';
  const input = { name: 'first', version: '1', source: 'https://models.example.org/m.onnx' };

  it('is kept', async () => {
    const { data } = await demo.ask(INGEST, { input: { ...input, priority: 7 } });
    expect(data.ingestModel).toEqual({ priority: 7 });
  });

  it('is from -10 to 10', async () => {
    const { errors } = await demo.ask(INGEST, { input: { ...input, version: '2', priority: 11 } });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('from -10 to 10'),
      extensions: { code: 'INPUT_INVALID', field: 'priority' },
    });
  });
});
