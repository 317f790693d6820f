import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findPostgres, startPostgres } from '../../bench/support/postgres-server.js';
import { DATABASE_FROM, keptFolder } from '../fixtures/kept-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The PostgreSQL server of this run; undefined when the machine has none. */
    postgresUrl: string | undefined;
  }
}

/** The database that test files copy instead of migrating their own. */
export const MIGRATED_DATABASE = 'probelog_migrated';

/** Starts one PostgreSQL server for the run. */
export default async function postgres({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!findPostgres()) {
    provide('postgresUrl', undefined);
    return undefined;
  }
  const server = await startPostgres(await migratedCluster());
  provide('postgresUrl', server.url);
  return () => server.stop();
}

function migratedCluster(): Promise<string> {
  return keptFolder('postgres', [...DATABASE_FROM, 'test/setup/postgres.ts'], async (folder) => {
    const server = await startPostgres();
    const databaseUrl = await server.createDatabase(MIGRATED_DATABASE);
    const { openStore } = await import('../../src/store/index.js');
    const dataFolder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
    const store = await openStore({ dataFolder, databaseUrl });
    await store.close();
    await rm(dataFolder, { recursive: true });
    await server.stop(folder);
  });
}
