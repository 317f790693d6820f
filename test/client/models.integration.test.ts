import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createClient,
  GalleryDocument,
  ModelsDocument,
  type ProbelogClient,
  RegisterModelDocument,
  RemoveModelDocument,
  SetLabelsDocument,
} from '../../src/client/index.js';
import { type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { all } from './support/all.js';

let demo: DemoService;
let client: ProbelogClient;
beforeAll(async () => {
  demo = await openDemoService();
  client = createClient({ url: `${demo.server.url}/` });
  await ingestDemoModel(demo, 'cifar10_resnet20');
  for (let version = 1; version <= 60; version++)
    await client.query(RegisterModelDocument, { input: { name: 'elsewhere', version: `${version}` } });
});
afterAll(() => demo.close());

it('are listed, page after page, or those that recognize a concept', async () => {
  const listed: string[] = [];
  for await (const { node } of client.models()) listed.push(`${node.name} ${node.version}`);
  expect(listed).toHaveLength(61);
  expect(listed.slice(0, 2)).toEqual(['cifar10_resnet20 1', 'elsewhere 1']);
  const pending: string[] = [];
  for await (const { node } of client.models({ filter: { status: 'PENDING' }, first: 5 }))
    pending.push(node.version);
  expect(pending).toEqual(['1', '2', '3', '4', '5']);
  for await (const { node, bestLogit, score } of client.models({ concept: 'frog' }))
    expect([node.name, bestLogit?.index, typeof score]).toEqual(['cifar10_resnet20', 6, 'number']);
});

it('of any query can be read in a loop', async () => {
  const versions = new Set<string>();
  const found = client.edges(ModelsDocument, { text: 'elsewhere' }, ({ models }) => models);
  for await (const { node } of found) versions.add(node.version);
  expect(versions.size).toBe(60);
});

it('are shown and changed by the operations that come with the client', async () => {
  const [first] = await all(client.models({ first: 1 }));
  const model = await client.model(first.node.id);
  expect(model).toMatchObject({ ...first.node, summary: expect.any(String) });
  await client.query(SetLabelsDocument, {
    id: first.node.id,
    labels: Array.from({ length: 10 }, (_, i) => `${i}`),
  });
  const [logit] = await all(client.logits('frog', { first: 1 }));
  expect(logit.node.label).toBe('6');
  expect((await client.query(GalleryDocument)).gallery).toMatchObject({ models: 1, logits: 10 });
  expect(await client.query(RemoveModelDocument, { id: first.node.id })).toEqual({ removeModel: true });
  expect(await client.model(first.node.id)).toBeNull();
});
