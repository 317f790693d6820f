import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRounds } from '../../bench/faults/run-rounds.js';
import { DEMO } from '../fixtures/demo-service.js';
import { requires } from '../fixtures/requires.js';
import { type PostgresServer, startPostgres } from '../store/postgres-server.js';

const ROUNDS = 5;

describe.runIf(requires('postgresql'))('kill -9 of server and worker at random moments', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  it('loses nothing that was acknowledged, doubles nothing, and shows nothing half', async () => {
    const databaseUrl = await postgres.createDatabase('faults');
    const report = await runRounds({ rounds: ROUNDS, databaseUrl, demo: DEMO, log: () => undefined });
    expect(report).toMatchObject({ lost: 0, doubled: 0, halfVisible: 0, searchable: report.acknowledged });
    expect(report.acknowledged).toBeGreaterThanOrEqual(ROUNDS);
    expect(report.looks).toBeGreaterThan(0);
  }, 420_000);
});
