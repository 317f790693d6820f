import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, type LogitMatch, type ProbelogClient } from '../../src/client/index.js';
import { DEMO, type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { all } from './support/all.js';

let demo: DemoService;
let client: ProbelogClient;
let requests = 0;
beforeAll(async () => {
  demo = await openDemoService();
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128');
  await ingestDemoModel(demo, 'cifar10_resnet20');
  client = createClient({
    url: demo.server.url,
    fetch: (address, init) => {
      requests++;
      return fetch(address, init);
    },
  });
});
afterAll(() => demo.close());

const idsOf = (matches: LogitMatch[]) => matches.map(({ node }) => node.id);

it('are paged by the loop that reads them, without a gap and without one twice', async () => {
  requests = 0;
  const found = await all(client.logits('dog', { first: 120 }));
  expect(requests).toBe(2);
  const { data } = await demo.ask('{ logits(concept: "dog", first: 100) { edges { node { id } } } }');
  expect(idsOf(found).slice(0, 100)).toEqual(data.logits.edges.map(({ node }: LogitMatch) => node.id));
  expect(new Set(idsOf(found)).size).toBe(120);
  const scores = found.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(found[0].node.model).toMatchObject({ name: expect.any(String), version: '1' });
});

it('are fetched no further than the loop goes', async () => {
  requests = 0;
  for await (const match of client.logits('dog')) if (match.score < 1) break;
  expect(requests).toBe(1);
});

it('end where the list ends', async () => {
  const filter = { modelName: 'cifar' };
  expect(await all(client.logits('dog', { filter }))).toHaveLength(10);
  expect(await all(client.logits('dog', { filter, first: 3 }))).toHaveLength(3);
  expect(await all(client.logits('dog', { first: 0 }))).toEqual([]);
});

it('are found by an expression, and by a picture in any form', async () => {
  const filter = { modelName: 'cifar' };
  const [frog] = await all(
    client.logits({ expression: { all: ['frog'], none: ['truck'] } }, { filter, first: 1 }),
  );
  expect(frog.node.index).toBe(6);
  const { data } = await demo.ask('{ concept(text: "frog") { topProbes(first: 1) { probe { url } } } }');
  const file = new Uint8Array(
    await (await fetch(demo.server.url + data.concept.topProbes[0].probe.url)).arrayBuffer(),
  );
  const forms = [file, file.buffer, new Blob([file]), Buffer.from(file).toString('base64')];
  const answers = await Promise.all(forms.map((image) => all(client.logits({ image }, { filter }))));
  expect(answers[0]).toHaveLength(10);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

it('are ordered by the given metric', async () => {
  const found = await all(client.logits('dog', { metric: 'ASYMMETRIC', first: 20 }));
  const distances = found.map(({ distance }) => distance);
  expect(distances).toEqual(distances.toSorted((a, b) => a - b));
});

it('are found by what one of them recognizes, and can be read one by one', async () => {
  const [frog] = await all(client.logits('frog', { filter: { modelName: 'cifar' }, first: 1 }));
  const [nearest] = await all(client.similar(frog.node.id, { first: 1 }));
  expect(nearest.node.model.name).toBe('mobilenet_v1_0.25_128');
  expect(await client.logit(frog.node.id)).toEqual(frog.node);
  const names = await client.name(frog.node.id, { first: 3 });
  expect(names).toHaveLength(3);
  const unknown = Buffer.from('Logit:00000000-0000-0000-0000-000000000000:0').toString('base64url');
  expect(await client.logit(unknown)).toBeNull();
  await expect(all(client.similar(unknown))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('a picture that is too large for one piece is sent byte for byte', async () => {
  const file = await readFile(join(DEMO, 'models/cifar10_resnet20.onnx'));
  let sent = '';
  const listening = createClient({
    url: demo.server.url,
    fetch: async (_, { body }) => {
      sent = JSON.parse(String(body)).variables.image;
      return Response.json({
        data: { logits: { edges: [], pageInfo: { hasNextPage: false, endCursor: null } } },
      });
    },
  });
  await all(listening.logits({ image: file }));
  expect(Buffer.from(sent, 'base64').equals(file)).toBe(true);
});
