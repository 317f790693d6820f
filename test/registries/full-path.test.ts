import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO, type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { ingestKey } from '../http/webhook-service.js';
import { type HubServer, pushEvent, startHub } from './huggingface/hub-server.js';
import { sendFile, startLoopback } from './loopback.js';
import { createdEvent, type MlflowServer, startMlflow } from './mlflow/mlflow-server.js';
import { standardHeaders } from './signing.js';

const SECRET = 'receiver-secret';
const STANDARD_SECRET = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;

let demo: DemoService;
let mlflow: MlflowServer;
let hub: HubServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  mlflow.authorization = 'Bearer mlflow-token';
  hub = await startHub();
  demo = await openDemoService({
    PROBELOG_MLFLOW_SECRETS: SECRET,
    PROBELOG_MLFLOW_URL: mlflow.url,
    PROBELOG_MLFLOW_TOKEN: 'mlflow-token',
    PROBELOG_HUGGINGFACE_SECRETS: SECRET,
    PROBELOG_HUGGINGFACE_URL: hub.url,
    PROBELOG_HUGGINGFACE_TOKEN: hub.token,
    PROBELOG_STANDARD_SECRETS: STANDARD_SECRET,
    // For the files that the Hub redirects to, and those of the other registry.
    PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
  });
}, 120_000);
afterAll(async () => {
  await demo.close();
  await mlflow.close();
  await hub.close();
});

const file = (name: string) => readFile(join(DEMO, 'models', name));
const idToLabel = async (name: string) => {
  const labels: string[] = JSON.parse(await readFile(join(DEMO, 'models', `${name}.labels.json`), 'utf8'));
  return JSON.stringify({ id2label: Object.fromEntries(labels.map((label, index) => [index, label])) });
};

/** The stages that an ingest was seen in, to its end. */
async function followed(ingest: string | null | undefined) {
  const stages: string[] = [];
  let last: { state: string; errorMessage: string | null } | undefined;
  for await (const seen of demo.service.ingest.watch(ingestKey(ingest))) {
    stages.push(seen.stage);
    last = seen;
  }
  return { stages, state: last?.state, error: last?.errorMessage };
}

async function best(concept: string, modelName: string) {
  const { data } = await demo.ask(
    `query Q($concept: String!, $filter: LogitFilter) { logits(concept: $concept, first: 1, filter: $filter) {
      edges { node { label model { name version registry source fileDigest } } } } }`,
    { concept, filter: { modelName } },
  );
  return data.logits.edges[0]?.node;
}

it('MLflow: webhook, progress, found by what it recognises', { timeout: 120_000 }, async () => {
  const version = mlflow.add({
    name: 'cifar10_resnet20',
    version: '1',
    files: {
      MLmodel: 'flavors:\n  onnx:\n    data: model.onnx\n',
      'model.onnx': await file('cifar10_resnet20.onnx'),
      'labels.json': await file('cifar10_resnet20.labels.json'),
    },
  });
  const { status, body } = await mlflow.send(
    `${demo.server.url}/webhooks/mlflow`,
    SECRET,
    createdEvent(version),
  );
  expect([status, body.status]).toEqual([202, 'accepted']);
  const { stages, state, error } = await followed(body.ingest);
  expect({ state, error }).toEqual({ state: 'SUCCEEDED', error: null });
  expect(stages).toContain('PROBING');
  expect(await best('frog', 'cifar10_resnet20')).toMatchObject({
    label: 'frog',
    model: {
      name: 'cifar10_resnet20',
      version: '1',
      registry: 'mlflow',
      source: 'mlflow:/cifar10_resnet20/1',
    },
  });
});

it('the Hub: webhook, progress, found by what it recognises', { timeout: 120_000 }, async () => {
  const sha = 'c0ffee'.padEnd(40, '0');
  const repo = hub.add({
    name: 'org/tiny-resnet',
    access: 'private',
    commits: [
      {
        sha,
        files: {
          'onnx/model.onnx': await file('mlperf_tiny_resnet.onnx'),
          'onnx/model_quantized.onnx': 'not this one',
          'config.json': await idToLabel('mlperf_tiny_resnet'),
          'preprocessor_config.json': JSON.stringify({
            do_resize: true,
            size: { height: 32, width: 32 },
            do_rescale: false,
            do_normalize: false,
          }),
        },
      },
    ],
  });
  const receiver = `${demo.server.url}/webhooks/huggingface`;
  const { status, body } = await hub.send(receiver, SECRET, pushEvent(repo));
  expect([status, body.status]).toEqual([202, 'accepted']);
  expect(await followed(body.ingest)).toMatchObject({ state: 'SUCCEEDED', error: null });
  expect(await best('airplane', 'tiny-resnet')).toMatchObject({
    label: 'airplane',
    model: { name: 'org/tiny-resnet', version: sha, registry: 'huggingface' },
  });
  expect(hub.cdn.requests).toHaveLength(1);
  expect(hub.cdn.requests[0].headers.authorization).toBeUndefined();
});

it('any other: webhook, progress, found by what it recognises', { timeout: 120_000 }, async () => {
  const content = await file('cifar10_resnet20.onnx');
  const files = await startLoopback((request, response) => sendFile(request, response, content, '"1"'));
  const event = {
    type: 'model.version.created',
    timestamp: new Date().toISOString(),
    data: { name: 'standard_resnet', version: '1', url: `${files.url}/model.onnx` },
  };
  const body = JSON.stringify(event);
  const response = await fetch(`${demo.server.url}/webhooks/standard`, {
    method: 'POST',
    body,
    headers: standardHeaders(body, STANDARD_SECRET, 'msg_1', new Date()),
  });
  expect(response.status).toBe(202);
  const { ingest } = (await response.json()) as { ingest: string };
  expect(await followed(ingest)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await best('frog', 'standard_resnet')).toMatchObject({
    label: null,
    model: { registry: 'standard' },
  });
  await files.close();
});

it('says what is wrong when the registry refuses the file', async () => {
  mlflow.authorization = 'Bearer another';
  const version = mlflow.add({ name: 'closed', version: '1', files: { 'model.onnx': 'm' } });
  const { body } = await mlflow.send(`${demo.server.url}/webhooks/mlflow`, SECRET, createdEvent(version));
  expect(await followed(body.ingest)).toMatchObject({
    state: 'FAILED',
    error: expect.stringContaining('PROBELOG_MLFLOW_TOKEN'),
  });
});
