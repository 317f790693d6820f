import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEMO } from '../fixtures/demo-service.js';
import { requires } from '../fixtures/requires.js';
import { openSmallService, type SmallService, settled } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { type PostgresServer, startPostgres } from '../store/postgres-server.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { type Running, runProbelog, startProbelog } from './run-probelog.js';

it('a worker without a database server is refused, and told why', async () => {
  const { code, stderr } = await runProbelog(['worker'], { dataFolder: await temporaryFolder() });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^CONFIG_INVALID: .*DATABASE_URL/);
});

describe.runIf(requires('postgresql'))('workers on a PostgreSQL server', () => {
  const READY = /runs ingests/;
  let server: PostgresServer;
  let folder: string;
  let environment: Record<string, string>;
  /** Queues and watches; does no work. */
  let small: SmallService;
  beforeAll(async () => {
    server = await startPostgres();
    environment = { DATABASE_URL: await server.createDatabase('workers') };
    small = await openSmallService({ environment, work: false, probes: 400 });
    folder = small.folder;
  });
  afterAll(async () => {
    await small.close();
    await server.stop();
  });

  const workers: Running[] = [];
  afterEach(async () => {
    for (const { child, ended } of workers.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
  });

  async function startWorker(): Promise<Running> {
    const worker = startProbelog(['worker'], { dataFolder: folder, environment });
    workers.push(worker);
    await worker.printed(READY);
    return worker;
  }

  async function stop({ child, ended }: Running, signal: NodeJS.Signals = 'SIGTERM') {
    child.kill(signal);
    const { code, stderr } = await ended;
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(stderr);
    return code;
  }

  /** A model that takes some seconds. */
  const enqueueSlow = () =>
    small.enqueue(join(DEMO, 'models/mobilenet_v1_0.5_160.onnx'), { preprocessing: undefined });
  const stateOf = async (id: string) => (await small.service.store.ingests.byIds([id]))[0]?.state;
  const running = (id: string) => expect.poll(() => stateOf(id), { timeout: 30_000 }).toBe('RUNNING');

  it('take up what a server queued, and end on SIGTERM', async () => {
    const worker = await startWorker();
    const { id } = await small.enqueue(meanColor());
    expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED', attempts: 1 });
    expect(await stop(worker)).toBe(0);
  });

  it('give back what they have in hand when they end, for another to finish', async () => {
    const first = await startWorker();
    const { id } = await enqueueSlow();
    await running(id);
    expect(await stop(first, 'SIGINT')).toBe(0);
    expect(await stateOf(id)).toBe('QUEUED');
    const second = await startWorker();
    expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED', attempts: 2, kills: 0 });
    await stop(second);
  });

  it('take over from one that was killed, and then from each other', async () => {
    const alive = await Promise.all([startWorker(), startWorker(), startWorker()]);
    const { id } = await enqueueSlow();
    for (const attempt of [1, 2]) {
      const line = new RegExp(`"ingest":"${id}","attempt":${attempt}`);
      const taker = await Promise.any(alive.map((one) => one.printed(line).then(() => one)));
      alive.splice(alive.indexOf(taker), 1);
      await stop(taker, 'SIGKILL');
    }
    expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED', attempts: 3 });
  });

  it('stop what is cancelled elsewhere', async () => {
    const worker = await startWorker();
    const { id, modelId } = await enqueueSlow();
    await running(id);
    await small.service.ingest.cancel(id);
    // It works on one at a time: the next is not begun before the cancelled one is let go.
    const next = await small.enqueue(meanColor());
    expect(await settled(small.service, next.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await stateOf(id)).toBe('CANCELLED');
    expect((await small.service.store.models.byIds([modelId]))[0]?.status).not.toBe('READY');
    await stop(worker);
  });

  it('need no text encoder, and say when there is none', async () => {
    const without = { ...environment, PROBELOG_TEXT_ENCODER: join(folder, 'nowhere') };
    const worker = startProbelog(['worker'], { dataFolder: folder, environment: without });
    workers.push(worker);
    expect(await worker.printed(READY)).toMatch(/nowhere.*there is no text encoder/);
    const { id } = await small.enqueue(meanColor());
    expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await stop(worker)).toBe(0);
    const server = await runProbelog(['serve'], { dataFolder: folder, environment: without });
    expect(server.code).not.toBe(0);
    expect(server.stderr).toMatch(/^TEXT_ENCODER_UNAVAILABLE: .*nowhere/m);
  });

  it('with another data folder than the server’s are refused', async () => {
    const dataFolder = join(folder, 'other');
    await mkdir(dataFolder);
    const { code, stderr } = await runProbelog(['worker'], { dataFolder, environment });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^CONFIG_INVALID: .*PROBELOG_DATA/m);
  });

  it('a server with --no-work leaves ingests to them', async () => {
    const running = startProbelog(['serve', '--no-work'], { dataFolder: folder, environment });
    await running.printed(/answers at/);
    const { id } = await small.enqueue(meanColor());
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await stateOf(id)).toBe('QUEUED');
    const worker = await startWorker();
    expect((await settled(small.service, id)).state).toBe('SUCCEEDED');
    expect([await stop(worker), await stop(running)]).toEqual([0, 0]);
  });
});
