import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';

const FIELDS = `registry dryRun startedAt finishedAt listed error
  ingested { count names } changed { count } removed { names } annotated { names } refused { names }`;
const SYNC = `mutation($registry: String, $dryRun: Boolean = false) {
  syncRegistries(registry: $registry, dryRun: $dryRun) { ${FIELDS} } }`;
const LAST = `{ registrySweeps { ${FIELDS} } }`;
const LIST = '/api/2.0/mlflow/model-versions/search';

let demo: DemoService;
let mlflow: MlflowServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  demo = await openDemoService({ PROBELOG_MLFLOW_URL: mlflow.url }, false);
  mlflow.add({ name: 'birds', version: '1', files: { 'model.onnx': meanColor() } });
});
afterAll(async () => {
  await demo.close();
  await mlflow.close();
});

it('a dry run says what would be done, and leaves no trace', async () => {
  const { data } = await demo.ask(SYNC, { dryRun: true });
  expect(data.syncRegistries).toMatchObject([{ dryRun: true, ingested: { count: 1, names: ['birds@1'] } }]);
  expect((await demo.ask(LAST)).data.registrySweeps).toEqual([]);
});

it('a sweep does it, and its report can be read later', async () => {
  const { data } = await demo.ask(SYNC, { registry: 'mlflow' });
  expect(data.syncRegistries).toMatchObject([
    { registry: 'mlflow', dryRun: false, listed: 1, ingested: { count: 1, names: ['birds@1'] }, error: null },
  ]);
  expect((await demo.ask(LAST)).data.registrySweeps).toEqual(data.syncRegistries);
});

it('one that could not list says why, and takes the place of the last', async () => {
  mlflow.failing.set(LIST, 500);
  await demo.ask(SYNC);
  mlflow.failing.clear();
  const { data } = await demo.ask(LAST);
  expect(data.registrySweeps).toMatchObject([{ listed: 0, error: expect.stringContaining('500') }]);
});

it('callers who ask while a sweep is under way share the one that follows', async () => {
  const lists = () => mlflow.requests.filter(({ url }) => url.startsWith(LIST)).length;
  const before = lists();
  const answers = await Promise.all(Array.from({ length: 8 }, () => demo.ask(SYNC)));
  expect(answers.every(({ data }) => data.syncRegistries[0].error === null)).toBe(true);
  expect(lists() - before).toBeLessThan(8);
});

it('refuses a registry that cannot be listed', async () => {
  const { errors } = await demo.ask(SYNC, { registry: 'wandb' });
  expect(errors?.[0].extensions.code).toBe('INPUT_INVALID');
});
