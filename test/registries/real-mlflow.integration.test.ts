import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO, type DemoService, openDemoService, preprocessingOf } from '../fixtures/demo-service.js';
import { requires } from '../fixtures/requires.js';
import { type Loopback, startLoopback } from './loopback.js';
import { type RealMlflow, startRealMlflow } from './mlflow/real-mlflow.js';
import { Transcript } from './transcript.js';

const SECRET = 'mlflow-secret';
const MODEL = join(DEMO, 'models', 'cifar10_resnet20.onnx');
const MODEL_FIELDS =
  'id version status source notes fileDigest dataFiles { location digest bytes } tags { key value } aliases';

/** What MLflow sent to the receiver, as it came, and what it got back. */
interface Received {
  headers: Record<string, string>;
  body: string;
  status: number;
  answer: { ingest: string | null; status: string };
}

describe.runIf(requires('mlflow'))('a real MLflow server', { timeout: 120_000 }, () => {
  let mlflow: RealMlflow;
  let demo: DemoService;
  /** Stands between MLflow and the receiver, and passes on every byte. */
  let tap: Loopback;
  const received: Received[] = [];

  beforeAll(async () => {
    mlflow = await startRealMlflow();
    demo = await openDemoService({
      PROBELOG_MLFLOW_SECRETS: SECRET,
      PROBELOG_MLFLOW_URL: mlflow.url,
      PROBELOG_SWEEP_MINUTES: '0',
    });
    tap = await startLoopback(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      const shown = Object.entries(request.headers).filter(([name]) => name.startsWith('x-mlflow-'));
      const headers = Object.fromEntries(shown) as Record<string, string>;
      const answer = await fetch(demo.server.url + (request.url ?? ''), {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      });
      const text = await answer.text();
      received.push({ headers, body, status: answer.status, answer: JSON.parse(text) });
      response.writeHead(answer.status).end(text);
    });
    await mlflow.python.run(`
client.create_webhook(name="probelog", url="${tap.url}/webhooks/mlflow", secret="${SECRET}", events=[
    "model_version.created", "model_version_tag.set", "model_version_tag.deleted",
    "model_version_alias.created", "model_version_alias.deleted"])
path = ${JSON.stringify(MODEL)}
# Saving a model with its weights in another file takes them out of the object, so it can be logged once only.
load = lambda: onnx.load(path)
preprocessing = ${JSON.stringify(preprocessingOf('cifar10_resnet20'))}
# MLflow finds out requirements in a process that loads the model again, and ProbeLog diagnoses what is not described. The first test
# lets them; others need not wait for it.
plain = {"name": "model", "pip_requirements": []}`);
  }, 240_000);
  afterAll(async () => {
    await tap?.close();
    await demo?.close();
    await mlflow?.close();
  });

  /** The next event of this kind about a model that MLflow sends, or has sent. */
  async function delivered(entity: string, name: string): Promise<Received> {
    for (let waited = 0; waited < 30_000; waited += 50) {
      const found = received.find(({ body }) => {
        const event = JSON.parse(body);
        return event.entity === entity && event.data.name === name;
      });
      if (found) return found;
      await pause(50);
    }
    throw new Error(`MLflow sent no ${entity} about ${name}.`);
  }

  /** How the ingest of a version ended. @param onStage is given each stage that was seen */
  async function ended(ingest: string | null, onStage: (data: unknown) => void = () => undefined) {
    const query = `{ ingest(id: "${ingest}") { state stage progress { done total } error { code message } } }`;
    for (let last = ''; ; ) {
      const { data } = await demo.ask(query.replace(' message', ''));
      const { state, stage } = data.ingest;
      if (stage !== last) onStage(data);
      last = stage;
      if (!['QUEUED', 'RUNNING'].includes(state)) return (await demo.ask(query)).data.ingest;
      await pause(20);
    }
  }

  /** Version 1 of a model, with its files; undefined when it is not registered here. */
  async function version(name: string) {
    const { data } = await demo.ask(
      `{ models(filter: { name: "${name}" }, first: 10) { edges { node { ${MODEL_FIELDS} } } } }`,
    );
    return data.models.edges[0]?.node;
  }

  /** Registers a version by Python code, and waits until it is in. */
  async function registered(name: string, code: string) {
    await mlflow.python.run(code);
    const { answer } = await delivered('model_version', name);
    return ended(answer.ingest);
  }

  async function sweep() {
    const [report] = await demo.service.sweeper.sweep({ registries: ['mlflow'] });
    return report;
  }

  it('finds by what it recognizes a model that mlflow.onnx.log_model logged with its defaults', async () => {
    const transcript = new Transcript();
    const code = [
      'with mlflow.start_run():',
      '    mlflow.onnx.log_model(onnx.load(path), name="model", registered_model_name="cifar10_resnet20")',
    ];
    transcript.typed(code);
    await mlflow.python.run(code.join('\n'));
    const { headers, body, status, answer } = await delivered('model_version', 'cifar10_resnet20');
    transcript.delivered('/webhooks/mlflow', { sent: { headers, body }, status, body: answer });
    transcript.asked(
      `{ ingest(id: "${answer.ingest}") { state stage progress { done total } error { code } } }`,
    );
    expect(await ended(answer.ingest, (data) => transcript.answered(data))).toMatchObject({
      state: 'SUCCEEDED',
    });
    transcript.gap();
    const query =
      '{ logits(concept: "frog", first: 3) { edges { score node { index model { name version registry } } } } }';
    transcript.asked(query);
    const { data } = await demo.ask(query);
    const edges: { score: number; node: { index: number } }[] = data.logits.edges;
    for (const edge of edges) transcript.answered({ ...edge, score: Number(edge.score.toFixed(3)) });
    expect(edges[0].node.index).toBe(6);
    expect((await version('cifar10_resnet20')).dataFiles).toMatchObject([
      { location: expect.stringMatching(/^[\da-f-]{36}\.data$/) },
    ]);
    const { shown, happened } = await transcript.compare('registries/mlflow');
    expect(happened, 'docs/registries/mlflow.md is out of date: record it anew, see there').toEqual(shown);
  });

  it.each([
    ['a folder of a run', 'folder', 'f"runs:/{run}/plain"'],
    ['a file of a run', 'file', 'f"runs:/{run}/plain/cifar10_resnet20.onnx"'],
    ['a model that was logged in a run', 'logged', 'f"runs:/{run}/model"'],
  ])('takes a version whose source is %s', async (_, name, source) => {
    await mlflow.python.run(`
with mlflow.start_run() as run:
    mlflow.onnx.log_model(load(), metadata={"preprocessing": preprocessing}, **plain)
    mlflow.log_artifact(path, "plain")
    mlflow.log_dict(preprocessing, "plain/preprocessor_config.json")
run = run.info.run_id`);
    const code = `
client.create_registered_model("${name}")
client.create_model_version("${name}", ${source}, run_id=run)`;
    expect(await registered(name, code)).toMatchObject({ state: 'SUCCEEDED', error: null });
    const copy = `client.copy_model_version("models:/${name}/1", "copy_of_${name}")`;
    expect(await registered(`copy_of_${name}`, copy)).toMatchObject({ state: 'SUCCEEDED', error: null });
    const [original, copied] = [await version(name), await version(`copy_of_${name}`)];
    expect(copied.dataFiles).toEqual(original.dataFiles);
    expect(copied.fileDigest).toBe(original.fileDigest);
  });

  it('says when the signature or the input example does not fit the preprocessing', async () => {
    const code = `
import numpy
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec
from mlflow.models import infer_signature
example = numpy.full((1, 3, 32, 32), 0.5, dtype="float32")
example[0, 0, 0, :] = numpy.linspace(0, 1, 32)
signature = ModelSignature(inputs=Schema([TensorSpec(numpy.dtype("float32"), (-1, 3, 64, 64))]))
with mlflow.start_run():
    mlflow.onnx.log_model(load(), **plain, registered_model_name="described", signature=signature, input_example=example)`;
    expect(await registered('described', code)).toMatchObject({ state: 'SUCCEEDED' });
    expect((await version('described')).notes).toEqual(
      expect.arrayContaining([
        'MLflow’s signature has the shape ?×3×64×64, but images are given to the model as ?×3×32×32.',
        expect.stringMatching(/^MLflow’s input example has values from 0 to 1, but/),
      ]),
    );
    expect((await version('cifar10_resnet20')).notes).not.toEqual(
      expect.arrayContaining([expect.stringContaining('MLflow')]),
    );
  });

  it('does not try again when a run has nothing at the source of a version', async () => {
    const code = `
with mlflow.start_run() as run:
    pass
client.create_registered_model("nothing")
client.create_model_version("nothing", f"runs:/{run.info.run_id}/model", run_id=run.info.run_id)`;
    expect(await registered('nothing', code)).toMatchObject({
      state: 'FAILED',
      error: { code: 'SOURCE_NOT_FOUND', message: expect.stringContaining('its run has no files') },
    });
  });

  it('follows tags, aliases, copies, renamings and deletions', async () => {
    const code = `
with mlflow.start_run():
    mlflow.onnx.log_model(load(), **plain, registered_model_name="birds", metadata={"labels": list("abcdefghij"), "preprocessing": preprocessing})`;
    expect(await registered('birds', code)).toMatchObject({ state: 'SUCCEEDED' });
    await mlflow.python.run('client.set_model_version_tag("birds", "1", "stage", "tested")');
    await delivered('model_version_tag', 'birds');
    await mlflow.python.run('client.set_registered_model_alias("birds", "champion", "1")');
    await delivered('model_version_alias', 'birds');
    expect(await version('birds')).toMatchObject({
      tags: [{ key: 'stage', value: 'tested' }],
      aliases: ['champion'],
    });
    const copy = 'client.copy_model_version("models:/birds@champion", "birds_in_production")';
    expect(await registered('birds_in_production', copy)).toMatchObject({ state: 'SUCCEEDED' });
    expect((await version('birds_in_production')).dataFiles).toEqual((await version('birds')).dataFiles);
    const before = await version('birds');
    await mlflow.python.run('client.rename_registered_model("birds", "owls")');
    const nothing = { ingested: [], changed: [], annotated: [], error: null };
    expect(await sweep()).toMatchObject({ ...nothing, renamed: ['owls@1'], removed: [] });
    expect(await version('owls')).toEqual({ ...before, source: 'mlflow:/owls/1' });
    await mlflow.python.run('client.delete_model_version("owls", "1")');
    expect(await sweep()).toMatchObject({ ...nothing, renamed: [], removed: ['owls@1'] });
    expect(await version('owls')).toBeUndefined();
    expect(await sweep()).toMatchObject({ ...nothing, renamed: [], removed: [] });
  });
});
