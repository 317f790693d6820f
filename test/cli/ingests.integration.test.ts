import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSmallService } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { failWaiting } from '../store/models.js';
import { runProbelog } from './run-probelog.js';

let folder: string;
const ids: Record<string, string> = {};
const probelog = (...args: string[]) => runProbelog(args, { dataFolder: folder });
const listed = async (...args: string[]) => JSON.parse((await probelog('ingests', '--json', ...args)).stdout);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  const small = await openSmallService({ dataFolder: join(folder, 'data'), work: false });
  for (const [name, registry] of [
    ['birds', 'mlflow'],
    ['cars', 'hub'],
    ['waits', 'hub'],
  ]) {
    await writeFile(join(folder, `${name}.onnx`), meanColor());
    const { id } = await small.enqueue(join(folder, `${name}.onnx`), { name, registry });
    if (name !== 'waits') await failWaiting(small.service.store, id);
    ids[name] = id;
  }
  const { ingest, store } = small.service;
  for (let index = 0; index < 200; index++)
    await store.runners.announce({ name: `runner ${index}`, flavors: ['timm'], software: 'test' });
  const prepared = await ingest.prepare({ name: 'torch', version: '1', source: 'mlflow:/torch/1' }, 'mlflow');
  ids.torch = (await store.ingests.enqueue({ ...prepared, priority: 10 })).id;
  const claimed = await store.ingests.claim('worker', 60_000);
  if (claimed) await store.ingests.awaitRunner(claimed.claim, ['mlflow.pytorch', 'mlflow.pyfunc'], null);
  await small.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** In order, on one data folder. */
describe('probelog ingests', () => {
  it('lists what failed and why, the newest first', async () => {
    expect(await listed()).toMatchObject([
      { id: ids.cars, name: 'cars', state: 'FAILED', code: 'MODEL_EMPTY', message: 'no bytes' },
      { id: ids.birds, name: 'birds' },
    ]);
    expect((await probelog('ingests')).stdout).toMatch(/^ID +MODEL .*\n.*cars.*\n.*birds/);
  });

  it('narrows by state, registry and model', async () => {
    expect(await listed('--registry', 'mlflow')).toMatchObject([{ id: ids.birds }]);
    expect(await listed('--model', 'cars')).toMatchObject([{ id: ids.cars }]);
    expect(await listed('--status', 'queued')).toMatchObject([{ id: ids.waits }]);
    expect(await listed('--status', 'all', '--first', '3')).toMatchObject([
      { id: ids.torch },
      { id: ids.waits },
      { id: ids.cars },
    ]);
  });

  it('says which runner takes what is no ONNX', async () => {
    expect(await listed('--status', 'awaiting-runner')).toMatchObject([
      {
        id: ids.torch,
        state: 'AWAITING_RUNNER',
        runnerFlavors: ['mlflow.pytorch', 'mlflow.pyfunc'],
        message: expect.stringContaining('A runner of mlflow.pytorch or mlflow.pyfunc takes it'),
      },
    ]);
  });

  it('lists all runners, by name', async () => {
    const table = await probelog('runners');
    expect(table).toMatchObject({ stdout: expect.stringMatching(/^RUNNER +FLAVORS/), stderr: '' });
    const names = JSON.parse((await probelog('runners', '--json')).stdout).map(
      ({ name }: { name: string }) => name,
    );
    expect(names).toHaveLength(200);
    expect(new Set(names).size).toBe(200);
    expect(names.slice(0, 3)).toEqual(['runner 0', 'runner 1', 'runner 10']);
  });

  it('puts those that are named back into the queue', async () => {
    const { code, stdout } = await probelog('ingests', ids.birds, '--retry', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, [{ id: ids.birds, state: 'QUEUED', code: null }]]);
  });

  it('says which cannot be retried, and retries the others', async () => {
    const { code, stdout, stderr } = await probelog('ingests', ids.waits, ids.cars, '--retry', '--json');
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${ids.waits}: INGEST_NOT_RETRYABLE: `));
    expect(JSON.parse(stdout)).toMatchObject([{ id: ids.cars, state: 'QUEUED' }]);
  });

  it('names an id that there is not', async () => {
    const { code, stderr } = await probelog('ingests', 'nothing', '--retry');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^NOT_FOUND: .*"nothing"/)]);
  });
});

it('probelog ingest tells of a source that does not answer at once, and leaves nothing in the queue', async () => {
  const { code, stdout } = await runProbelog(
    ['ingest', 'http://127.0.0.1:9/away.onnx', '--json', '--priority', '10'],
    { dataFolder: folder, environment: { PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1' } },
  );
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject([{ state: 'FAILED', code: 'SOURCE_UNREACHABLE' }]);
  expect(await listed()).toMatchObject([{ name: 'away', attempts: 1 }]);
});
