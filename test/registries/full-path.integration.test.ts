import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO, type DemoService, openDemoService, preprocessingOf } from '../fixtures/demo-service.js';
import { ingestKey } from '../server/webhook-service.js';
import { type Delivered, deliver } from './deliver.js';
import { type HubServer, pushEvent, startHub } from './huggingface/hub-server.js';
import { sendFile, startLoopback } from './loopback.js';
import { createdEvent, type MlflowServer, startMlflow } from './mlflow/mlflow-server.js';
import { standardHeaders } from './signing.js';
import { Transcript } from './transcript.js';
import { startWandb, type WandbServer } from './wandb/wandb-server.js';

const SECRET = 'receiver-secret';
const STANDARD_SECRET = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;

let demo: DemoService;
let mlflow: MlflowServer;
let hub: HubServer;
let wandb: WandbServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  mlflow.authorization = 'Bearer mlflow-token';
  hub = await startHub();
  wandb = await startWandb();
  demo = await openDemoService({
    PROBELOG_MLFLOW_SECRETS: SECRET,
    PROBELOG_MLFLOW_URL: mlflow.url,
    PROBELOG_MLFLOW_TOKEN: 'mlflow-token',
    PROBELOG_HUGGINGFACE_SECRETS: SECRET,
    PROBELOG_HUGGINGFACE_URL: hub.url,
    PROBELOG_HUGGINGFACE_TOKEN: hub.token,
    PROBELOG_WANDB_SECRETS: SECRET,
    PROBELOG_WANDB_TOKENS: 'wandb-token',
    PROBELOG_STANDARD_SECRETS: STANDARD_SECRET,
    // For the files that the Hub redirects to, and those of the other registry.
    PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
  });
}, 120_000);
afterAll(async () => {
  await demo.close();
  await mlflow.close();
  await hub.close();
  await wandb.close();
});

const file = (name: string) => readFile(join(DEMO, 'models', name));
const idToLabel = async (name: string) => {
  const labels: string[] = JSON.parse(await readFile(join(DEMO, 'models', `${name}.labels.json`), 'utf8'));
  return JSON.stringify({ id2label: Object.fromEntries(labels.map((label, index) => [index, label])) });
};

/** Asks over HTTP how an ingest stands, until it has ended. */
async function progressed(ingest: string | null, transcript: Transcript) {
  const query = `{ ingest(id: "${ingest}") { state stage progress { done total } error { code } } }`;
  transcript.asked(query);
  const stages: string[] = [];
  for (;;) {
    const { data } = await demo.ask(query);
    const { state, stage, error } = data.ingest;
    if (stages.at(-1) !== stage || !['QUEUED', 'RUNNING'].includes(state)) {
      stages.push(stage);
      transcript.answered(data);
    }
    if (!['QUEUED', 'RUNNING'].includes(state)) {
      transcript.gap();
      return { stages, state, error };
    }
    await pause(20);
  }
}

/** The models of the three best logits for a concept, of all that are registered. */
async function found(concept: string, transcript: Transcript) {
  const query = `{ logits(concept: "${concept}", first: 3) { edges { score node { label model { name version registry } } } } }`;
  const { data } = await demo.ask(query);
  transcript.asked(query);
  const edges: { score: number; node: { label: string; model: object } }[] = data.logits.edges;
  for (const edge of edges) transcript.answered({ ...edge, score: Number(edge.score.toFixed(3)) });
  return edges.map(({ node }) => node);
}

/**
 * The whole path of one delivery.
 *
 * @param page in docs/registries that shows it; null when the page shows the registry itself instead of our imitation
 */
async function walked(
  path: string,
  concept: string,
  page: string | null,
  send: (receiver: string) => Promise<Delivered>,
) {
  const transcript = new Transcript();
  const delivered = await send(demo.server.url + path);
  transcript.delivered(path, delivered);
  expect([delivered.status, delivered.body.status]).toEqual([202, 'accepted']);
  const { stages, state, error } = await progressed(delivered.body.ingest, transcript);
  expect({ state, error }).toEqual({ state: 'SUCCEEDED', error: null });
  const nodes = await found(concept, transcript);
  if (page === null) return { stages, nodes };
  const { shown, happened } = await transcript.compare(`registries/${page}`);
  expect(happened, 'docs/registries is out of date: record it anew, see there').toEqual(shown);
  return { stages, nodes };
}

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

it('MLflow: webhook, progress, found by what it recognizes', { timeout: 120_000 }, async () => {
  const version = mlflow.add({
    name: 'cifar10_resnet20',
    version: '1',
    files: {
      MLmodel: 'flavors:\n  onnx:\n    data: model.onnx\n',
      'model.onnx': await file('cifar10_resnet20.onnx'),
      'labels.json': await file('cifar10_resnet20.labels.json'),
      'preprocessor_config.json': JSON.stringify(preprocessingOf('cifar10_resnet20')),
    },
  });
  const { stages, nodes } = await walked('/webhooks/mlflow', 'frog', null, (receiver) =>
    mlflow.send(receiver, SECRET, createdEvent(version)),
  );
  expect(stages).toContain('PROBING');
  expect(nodes[0]).toMatchObject({ label: 'frog', model: { name: 'cifar10_resnet20' } });
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

it('the Hub: webhook, progress, found by what it recognizes', { timeout: 120_000 }, async () => {
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
  const { nodes } = await walked('/webhooks/huggingface', 'airplane', 'huggingface', (receiver) =>
    hub.send(receiver, SECRET, pushEvent(repo)),
  );
  expect(nodes).toContainEqual({
    label: 'airplane',
    model: { name: 'org/tiny-resnet', version: sha, registry: 'huggingface' },
  });
  expect(hub.cdn.requests).toHaveLength(1);
  expect(hub.cdn.requests[0].headers.authorization).toBeUndefined();
});

it('Weights & Biases: webhook, progress, found by what it recognizes', { timeout: 120_000 }, async () => {
  const artifact = wandb.add({
    entity: 'team',
    project: 'model-registry',
    collection: 'mobilenet',
    version: 'v3',
    model: await file('mobilenet_v1_0.25_128.onnx'),
    beside: {
      'config.json': await idToLabel('mobilenet_v1_0.25_128'),
      'preprocessor_config.json': '{"size": 128, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}',
    },
  });
  const { nodes } = await walked('/webhooks/wandb', 'starfish', 'wandb', (receiver) =>
    wandb.send(receiver, { secret: SECRET, token: 'wandb-token' }, 'LINK_ARTIFACT', artifact),
  );
  expect(nodes).toContainEqual({
    label: 'starfish, sea star',
    model: { name: 'team/model-registry/mobilenet', version: 'v3', registry: 'wandb' },
  });
});

it('any other: webhook, progress, found by what it recognizes', { timeout: 120_000 }, async () => {
  const content = await file('mobilenet_v1_0.5_160.onnx');
  const files = await startLoopback((request, response) => {
    if (request.url === '/model.onnx') sendFile(request, response, content, '"1"');
    else response.writeHead(404).end();
  });
  const event = {
    type: 'model.version.created',
    timestamp: new Date().toISOString(),
    data: { name: 'standard_mobilenet', version: '1', url: `${files.url}/model.onnx` },
  };
  const body = JSON.stringify(event);
  const { nodes } = await walked('/webhooks/standard', 'starfish', 'standard', (receiver) =>
    deliver(receiver, body, standardHeaders(body, STANDARD_SECRET, 'msg_1', new Date())),
  );
  expect(nodes).toContainEqual({
    label: null,
    model: { name: 'standard_mobilenet', version: '1', registry: 'standard' },
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
