import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, type Ingest, ModelDocument, type ProbelogClient } from '../../src/client/index.js';
import { type CuttingProxy, openCuttingProxy } from '../fixtures/cutting-proxy.js';
import { DEMO, type DemoService, openDemoService, preprocessingOf } from '../fixtures/demo-service.js';

let demo: DemoService;
let client: ProbelogClient;
let proxy: CuttingProxy;
let cutClient: ProbelogClient;
beforeAll(async () => {
  demo = await openDemoService();
  proxy = await openCuttingProxy(demo.server.url);
  client = createClient({ url: demo.server.url });
  cutClient = createClient({ url: proxy.url });
});
afterAll(async () => {
  await proxy.close();
  await demo.close();
});

const BUSY = { errors: [{ message: 'Too many.', extensions: { code: 'SERVER_BUSY' } }] };
const EVENTS = { 'content-type': 'text/event-stream' };

let names = 0;
const input = (model = 'mlperf_tiny_resnet') => ({
  name: `${model}-${names++}`,
  version: '1',
  source: join(DEMO, 'models', `${model}.onnx`),
  preprocessing: preprocessingOf(model),
});

it('waits until the model can be searched, and tells how far it is', async () => {
  const seen: Ingest[] = [];
  const { state, progress, model } = await client.ingest(input(), {
    onProgress: (ingest) => seen.push(ingest),
  });
  expect([state, progress.done, progress.total]).toEqual(['SUCCEEDED', 480, 480]);
  expect(model).toMatchObject({ status: 'READY', outputs: 10 });
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.at(-1)?.stage).toBe('DONE');
  const done = seen.map((ingest) => ingest.progress.done);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  for await (const { node } of client.logits('dog', { filter: { models: [model.id] }, first: 1 }))
    expect(node.model.id).toBe(model.id);
  expect((await client.query(ModelDocument, { id: model.id })).model?.summary).toEqual(expect.any(String));
});

it('survives a broken connection: what comes after it, and the end, are seen', async () => {
  let cuts = 0;
  const ended = await cutClient.ingest(input('mobilenet_v1_0.25_128'), {
    onProgress({ stage }) {
      if (stage === 'DONE' || cuts >= 2) return;
      cuts++;
      proxy.cut();
    },
  });
  expect(cuts).toBe(2);
  expect(ended).toMatchObject({ state: 'SUCCEEDED', stage: 'DONE' });
  expect(proxy.connections()).toBeGreaterThan(cuts);
});

it.each<[string, () => Promise<Response>]>([
  ['there is no stream', async () => new Response('', { status: 405 })],
  ['too many streams are open', async () => Response.json(BUSY, { status: 503 })],
  ['a stream has nothing to say', async () => new Response('', { headers: EVENTS })],
  [
    'a page comes in its place',
    async () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
  ],
])('asks now and then where %s', async (_, instead) => {
  const asked: string[] = [];
  const without = createClient({
    url: demo.server.url,
    fetch: async (address, init) => {
      asked.push(address.pathname);
      return address.pathname.endsWith('/stream') ? instead() : fetch(address, init);
    },
  });
  const seen: string[] = [];
  const ended = await without.ingest(input(), { onProgress: (ingest) => seen.push(JSON.stringify(ingest)) });
  expect(ended).toMatchObject({ state: 'SUCCEEDED', stage: 'DONE' });
  expect(new Set(seen).size).toBe(seen.length);
  expect(asked.filter((path) => path.endsWith('/graphql')).length).toBeGreaterThan(1);
});

it('fails with the code of what was wrong with the model', async () => {
  const source = join(DEMO, 'models/manifest.json');
  await expect(client.ingest({ ...input(), source })).rejects.toMatchObject({
    name: 'ProbelogClientError',
    code: 'MODEL_NOT_ONNX',
    details: { state: 'FAILED', ingest: expect.any(String) },
  });
  const registered = input();
  await client.ingest(registered);
  await expect(client.ingest(registered)).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
});

it('an abort ends the waiting, and the ingest only with cancelOnAbort', async () => {
  const abortAtOnce = async (cancelOnAbort: boolean) => {
    const abort = new AbortController();
    let id = '';
    const waiting = client.ingest(input('mobilenet_v1_0.25_128'), {
      signal: abort.signal,
      cancelOnAbort,
      onProgress(ingest) {
        id = ingest.id;
        abort.abort(new Error('enough'));
      },
    });
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
    return id;
  };
  expect(await client.follow(await abortAtOnce(false))).toMatchObject({ state: 'SUCCEEDED' });
  await expect(client.follow(await abortAtOnce(true))).rejects.toMatchObject({ code: 'INGEST_CANCELLED' });
});

it('a model is probed again under its own id', async () => {
  const { model } = await client.ingest(input());
  const again = await client.reprobe(model.id, { full: true });
  expect(again).toMatchObject({ state: 'SUCCEEDED', model: { id: model.id } });
});
