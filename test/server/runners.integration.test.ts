import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readResponseRow } from '../../src/graphql/logit/response-row.js';
import { type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { npyFile } from '../ingest/support/array-files.js';
import { type HubServer, startHub } from '../registries/huggingface/hub-server.js';
import { createdEvent, type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';

const SECRET = 'receiver-secret';
const SIGNATURE = `signature:\n  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3, 32, 32]}}]'\n`;
const PYTORCH = `flavors:\n  python_function:\n    loader_module: mlflow.pytorch\n  pytorch:\n    model_data: data\n    pytorch_version: 2.9.0\n${SIGNATURE}`;

let demo: DemoService;
let mlflow: MlflowServer;
let hub: HubServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  hub = await startHub();
  demo = await openDemoService({
    PROBELOG_MLFLOW_SECRETS: SECRET,
    PROBELOG_MLFLOW_URL: mlflow.url,
    PROBELOG_HUGGINGFACE_URL: hub.url,
    PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
  });
});
afterAll(async () => {
  await demo.close();
  await mlflow.close();
  await hub.close();
});

/** What an operation answers; it must not have errors. */
async function ask(query: string, variables: object = {}) {
  const { data, errors } = await demo.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** Announces a version to the receiver, and returns its ingest once no worker of ours has it any more. */
async function delivered(name: string, files: Record<string, string>) {
  const version = mlflow.add({ name, version: '1', files });
  const { body } = await mlflow.send(`${demo.server.url}/webhooks/mlflow`, SECRET, createdEvent(version));
  for (;;) {
    const { ingest } = await ask(
      `query I($id: ID!) { ingest(id: $id) { id state runnerFlavors error { code message } model { id status outputs } } }`,
      { id: body.ingest },
    );
    if (!['QUEUED', 'RUNNING'].includes(ingest.state)) return ingest;
  }
}

const CLAIM = `id flavor source complete responsesUrl model { name version } probeSet { kitUrl digest size } pieces { number probes received }`;

describe('a version without an ONNX file', () => {
  it('waits for a runner, which makes it searchable over GraphQL and HTTP alone', async () => {
    const { modelId } = await ingestDemoModel(demo, 'cifar10_resnet20');
    const [twin] = await demo.service.store.models.byIds([
      Buffer.from(modelId, 'base64url').toString().split(':')[1],
    ]);
    const ingest = await delivered('torch', { MLmodel: PYTORCH });
    expect(ingest).toMatchObject({
      state: 'AWAITING_RUNNER',
      runnerFlavors: ['mlflow.pytorch', 'mlflow.pyfunc'],
      error: null,
      model: { status: 'PENDING' },
    });

    const { announceRunner } = await ask(
      `mutation A($input: AnnounceRunnerInput!) { announceRunner(input: $input) { id name } }`,
      { input: { name: 'gpu-3', flavors: ['mlflow.pyfunc'], software: 'a runner 1.0' } },
    );
    expect((await ask('{ runners { edges { node { name flavors software } } } }')).runners.edges).toEqual([
      { node: { name: 'gpu-3', flavors: ['mlflow.pyfunc'], software: 'a runner 1.0' } },
    ]);
    const claimed = await ask(`mutation C($r: ID!) { claimForRunner(runner: $r) { ${CLAIM} } }`, {
      r: announceRunner.id,
    });
    const claim = claimed.claimForRunner;
    expect(claim).toMatchObject({
      flavor: 'mlflow.pyfunc',
      source: 'mlflow:/torch/1',
      model: { name: 'torch', version: '1' },
      complete: true,
    });
    expect((await fetch(demo.server.url + claim.probeSet.kitUrl, { method: 'HEAD' })).status).toBe(200);

    const { blobs } = demo.service.store;
    const outputs = twin.outputs ?? 0;
    const rows = await Promise.all(
      Array.from({ length: outputs }, (_, output) =>
        readResponseRow(blobs, twin.responsesDigest ?? '', output),
      ),
    );
    const row = (probe: number) => rows.map((responses) => responses[probe]);
    for (const { number, probes } of claim.pieces) {
      const answer = await fetch(`${demo.server.url}${claim.responsesUrl}/${number}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(npyFile(probes.map(row))),
      });
      expect(answer.status).toBe(200);
      expect(((await answer.json()) as { received: number[] }).received).toContain(number);
    }
    const { completeRunnerClaim } = await ask(
      `mutation D($c: ID!, $input: RunnerResultInput!) { completeRunnerClaim(claim: $c, input: $input) { state model { status outputs notes codedNotes { code } } } }`,
      { c: claim.id, input: { kind: 'LOGITS', inputShape: [null, 3, 32, 32] } },
    );
    expect(completeRunnerClaim).toEqual({
      state: 'SUCCEEDED',
      model: {
        status: 'READY',
        outputs,
        notes: ['It was run by a runner 1.0 as mlflow.pyfunc.'],
        codedNotes: [{ code: 'RUN_ELSEWHERE' }],
      },
    });
    const { logits } = await ask(
      `{ logits(concept: "frog", first: 2) { edges { score node { index model { name } } } } }`,
    );
    const [first, second] = logits.edges;
    expect(first.node.index).toBe(second.node.index);
    expect(first.score).toBeCloseTo(second.score, 5);
    const again = await demo.ask(`mutation R($c: ID!) { renewRunnerClaim(claim: $c) { id } }`, {
      c: claim.id,
    });
    expect(again.errors?.[0].extensions.code).toBe('RUNNER_CLAIM_LOST');
  });

  it.each([
    [
      'columns',
      `flavors:\n  sklearn:\n    a: b\n  python_function: {}\nsignature:\n  inputs: '[{"type": "double", "name": "x"}]'\n`,
      'named column',
    ],
    ['another task', 'flavors:\n  transformers:\n    task: text-generation\n', '"text-generation"'],
    ['no flavor', 'flavors: {}\n', 'no flavor'],
  ])('ends as not applicable with %s', async (what, MLmodel, why) => {
    const ingest = await delivered(`not ${what}`, { MLmodel });
    expect(ingest).toMatchObject({
      state: 'NOT_APPLICABLE',
      error: { code: 'MODEL_NOT_APPLICABLE', message: expect.stringContaining(why) },
      model: { status: 'NOT_APPLICABLE' },
    });
  });

  it.each([
    ['transformers', { architectures: ['ViTForImageClassification'] }, ['huggingface.transformers']],
    [
      'timm in transformers',
      { architectures: ['TimmWrapperForImageClassification'] },
      ['huggingface.transformers', 'huggingface.timm'],
    ],
    ['timm', { architecture: 'resnet18', num_classes: 10 }, ['huggingface.timm']],
  ])('of %s waits for a runner of the Hub', async (name, config, flavors) => {
    const sha = 'a'.repeat(40);
    const repository = `org/${name.replaceAll(' ', '-')}`;
    const files = { 'config.json': JSON.stringify(config), 'model.safetensors': 'w' };
    hub.add({ name: repository, commits: [{ sha, files }] });
    const state = await registered(`hf://${repository}@${sha}`, repository, sha);
    expect(state).toMatchObject({ state: 'AWAITING_RUNNER', runnerFlavors: flavors });
  });

  it.each([
    [{ 'config.json': '{"architectures":["BertForMaskedLM"]}', 'model.safetensors': 'w' }, 'BertForMaskedLM'],
    [{ 'README.md': 'r' }, 'neither an .onnx file nor a config.json'],
    [{ 'config.json': '{"architectures":["ViTForImageClassification"]}' }, 'no file of weights'],
  ])('of the Hub ends as not applicable with %j', async (files, why) => {
    const sha = 'b'.repeat(40);
    const repository = `org/not-${why.length}`;
    hub.add({ name: repository, commits: [{ sha, files: files as Record<string, string> }] });
    const state = await registered(`hf://${repository}@${sha}`, repository, sha);
    expect(state).toMatchObject({ state: 'NOT_APPLICABLE', errorMessage: expect.stringContaining(why) });
  });

  async function registered(source: string, name: string, version: string) {
    const { ingest, store } = demo.service;
    const prepared = await ingest.prepare({ name, version, source }, 'huggingface');
    const { id } = await store.ingests.enqueue(prepared);
    for (;;) {
      const [now] = await store.ingests.byIds([id]);
      if (!['QUEUED', 'RUNNING'].includes(now.state)) return now;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
