import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO } from '../fixtures/demo-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';
import { runProbelog, startProbelog } from './run-probelog.js';

let folder: string;
let mlflow: MlflowServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  mlflow.authorization = 'Bearer t';
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  await mkdir(join(folder, 'images'));
  const [image] = await readdir(join(DEMO, 'probes'));
  await cp(join(DEMO, 'probes', image), join(folder, 'images', image));
  await probelog(['probes', 'create', 'one', 'images']);
}, 60_000);
afterAll(async () => {
  await mlflow.close();
  await rm(folder, { recursive: true, force: true });
});

const probelog = (args: string[], environment: Record<string, string> = {}) =>
  runProbelog(args, {
    dataFolder: folder,
    environment: { PROBELOG_MLFLOW_URL: mlflow.url, PROBELOG_MLFLOW_TOKEN: 't', ...environment },
  });

it('says what it would do, does it, and finds nothing more to do', { timeout: 60_000 }, async () => {
  mlflow.add({ name: 'birds', version: '1', files: { 'model.onnx': meanColor() } });
  const dry = await probelog(['sync', '--dry-run']);
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('would be queued: birds@1') });
  const done = await probelog(['sync', '--json']);
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject([{ registry: 'mlflow', ingested: ['birds@1'], error: null }]);
  const again = await probelog(['sync']);
  expect(again.stdout).toBe('mlflow: 1 versions listed, everything is up to date\n');
});

it('ends with status 1 when a list failed, and 2 for a registry that cannot be listed', async () => {
  const refused = await probelog(['sync'], { PROBELOG_MLFLOW_TOKEN: 'wrong' });
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('PROBELOG_MLFLOW_TOKEN') });
  const unknown = await probelog(['sync', '--registry', 'wandb']);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('mlflow') });
}, 60_000);

it('beside a server with an embedded database says whom to ask instead', async () => {
  const server = startProbelog(['serve'], { dataFolder: folder });
  await server.printed(/answers at/);
  const refused = await probelog(['sync']);
  server.child.kill('SIGTERM');
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/^DATA_FOLDER_IN_USE: .*probelog sync --url/);
  expect((await server.ended).code).toBe(0);
}, 60_000);
