import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO } from '../fixtures/demo-service.js';
import { folderOfImages } from './probe-images.js';
import { runProbelog, startProbelog } from './run-probelog.js';

let folder: string;
beforeAll(async () => {
  folder = await folderOfImages(400);
  await runProbelog(['probes', 'create', 'mine', 'images'], { dataFolder: folder });
  await writeFile(join(folder, 'other.onnx'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('Ctrl-C in the middle of an ingest: exit status 130, nothing half-made, and the next start goes on', async () => {
  const model = join(DEMO, 'models', 'mobilenet_v1_0.5_160.onnx');
  const running = startProbelog(['ingest', model, '--name', 'cut'], { dataFolder: folder });
  await running.printed(/cut 1 …/);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect([code, stdout]).toEqual([130, '']);

  const options = { dataFolder: folder };
  const [listed] = JSON.parse((await runProbelog(['models', '--json'], options)).stdout);
  expect(listed).toMatchObject({ name: 'cut', status: 'PENDING', coverage: null });
  expect(JSON.parse((await runProbelog(['search', 'dog', '--json'], options)).stdout)).toEqual([]);
  const [queued] = JSON.parse(
    (await runProbelog(['ingests', '--status', 'queued', '--json'], options)).stdout,
  );
  expect(queued).toMatchObject({ name: 'cut', state: 'QUEUED', code: null });

  // Any command that works on ingests takes it up again.
  const server = startProbelog(['serve'], options);
  const url = /answers at (\S+)/.exec(await server.printed(/answers at \S+/))?.[1] ?? '';
  await expect.poll(() => stateOf(url), { timeout: 120_000, interval: 500 }).toBe('SUCCEEDED');
  server.child.kill('SIGTERM');
  await server.ended;
});

it('the same ingest goes on with what was interrupted, but another file under that name is refused', async () => {
  const model = join(DEMO, 'models', 'cifar10_resnet20.onnx');
  const options = { dataFolder: folder };
  const running = startProbelog(['ingest', model, '--name', 'again'], options);
  await running.printed(/again 1 …/);
  running.child.kill('SIGINT');
  await running.ended;
  const other = await runProbelog(['ingest', join(folder, 'other.onnx'), '--name', 'again'], options);
  expect(other.stdout + other.stderr).toContain('MODEL_EXISTS');
  const { code, stderr } = await runProbelog(['ingest', model, '--name', 'again'], options);
  expect([code, stderr]).toEqual([0, expect.stringContaining('again 1: goes on')]);
});

async function stateOf(url: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ ingests { edges { node { state } } } }' }),
  });
  const { data } = (await response.json()) as { data: { ingests: { edges: { node: { state: string } }[] } } };
  return data.ingests.edges[0].node.state;
}
