import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.js';
import { type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { failWaiting, newIngest } from '../store/models.js';

const OUTPUTS = 1_001;

let demo: DemoService;
let id: string;
beforeAll(async () => {
  demo = await openDemoService();
  await ingestDemoModel(demo, 'cifar10_resnet20');
  id = (await ingestDemoModel(demo, 'mobilenet_v1_0.25_128')).modelId;
});
afterAll(() => demo.close());

const QUERY = `query Q($id: ID!, $from: Int!, $count: Int!) {
  model(id: $id) { outputNames(from: $from, count: $count) { index text confidence }
    logits(first: 3) { edges { node { index concepts(first: 1) { text confidence } } } } } }`;

it('all outputs of a model are named in one request, as each alone', async () => {
  const { data, errors } = await demo.ask(QUERY, { id, from: 0, count: 2_000 });
  expect(errors).toBeUndefined();
  const { outputNames, logits } = data.model;
  expect(outputNames.map(({ index }: { index: number }) => index)).toEqual([...Array(OUTPUTS).keys()]);
  for (const { node } of logits.edges) {
    const [best] = node.concepts;
    expect(outputNames[node.index]).toEqual({ index: node.index, ...best });
  }
});

it('come in parts', async () => {
  const { data } = await demo.ask(QUERY, { id, from: 999, count: 10 });
  expect(data.model.outputNames.map(({ index }: { index: number }) => index)).toEqual([999, 1_000]);
  expect((await demo.ask(QUERY, { id, from: 5_000, count: 10 })).data.model.outputNames).toEqual([]);
  for (const [from, count] of [
    [-1, 1],
    [0, 2_001],
  ]) {
    const { errors } = await demo.ask(QUERY, { id, from, count });
    expect(errors?.[0].extensions.code).toBe('INPUT_INVALID');
  }
});

it('are a call of the client, and none before the model is searchable', async () => {
  const client = createClient({ url: demo.server.url });
  expect(await client.outputNames(id)).toHaveLength(OUTPUTS);
  const { store } = demo.service;
  const [{ id: probeSetId }] = await store.probeSets.list();
  const ingest = await store.ingests.enqueue(newIngest(probeSetId, 'never'));
  await failWaiting(store, ingest.id).catch(() => undefined);
  const model = Buffer.from(`Model:${ingest.modelId}`).toString('base64url');
  expect(await client.outputNames(model)).toEqual([]);
});
