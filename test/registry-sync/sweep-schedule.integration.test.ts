import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../fixtures/requires.js';
import { openSmallService, type SmallService } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';
import { type PostgresServer, startPostgres } from '../store/postgres-server.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const LIST = '/api/2.0/mlflow/model-versions/search';
const HOUR_MS = 3_600_000;
/** Looks of the schedule are a third of it apart. */
const LEASE_MS = 300;

let mlflow: MlflowServer;
beforeAll(async () => {
  mlflow = await startMlflow();
});
afterAll(() => mlflow.close());
const lists = () => mlflow.requests.filter(({ url }) => url.startsWith(LIST)).length;

it('the result of the last sweep is kept after a restart', async () => {
  mlflow.add({ name: 'birds', version: '1', files: { 'model.onnx': meanColor() } });
  const options = {
    environment: { PROBELOG_MLFLOW_URL: mlflow.url },
    dataFolder: join(await temporaryFolder(), 'data'),
    work: false,
  };
  const first = await openSmallService(options);
  const [report] = await first.service.sweeper.sync({});
  await first.close();
  const second = await openSmallService(options);
  expect(await second.service.store.sweeps.list()).toEqual([report]);
  expect(report).toMatchObject({ registry: 'mlflow', ingested: { count: 1, names: ['birds@1'] } });
  await second.close();
});

describe.runIf(requires('postgresql'))('of several servers on one PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('one sweeps on schedule, and another takes over when it ends or was killed', async () => {
    const options = {
      environment: { PROBELOG_MLFLOW_URL: mlflow.url, DATABASE_URL: await server.createDatabase('sweeps') },
      dataFolder: join(await temporaryFolder(), 'data'),
      work: false,
    };
    const servers: SmallService[] = [];
    for (let count = 0; count < 3; count++) servers.push(await openSmallService(options));
    const before = lists();
    for (const { service } of servers) service.sweeper.start(HOUR_MS, LEASE_MS);
    await expect.poll(() => lists() - before).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 3 * LEASE_MS));
    expect(lists() - before).toBe(1);

    const [first] = await Promise.all(servers.map((one) => one.service.sweeper.close()));
    expect(first).toBeUndefined();
    const next = await openSmallService(options);
    // As a process that was killed: it never gives the schedule back.
    await next.service.store.leases.acquire('sweeps', 'killed', LEASE_MS);
    next.service.sweeper.start(HOUR_MS, LEASE_MS);
    await expect.poll(() => lists() - before, { timeout: 5_000 }).toBe(2);
    for (const one of [...servers, next]) await one.close();
  });
});
