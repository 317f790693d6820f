import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { MIGRATED_DATABASE } from '../setup/postgres.js';

/** The databases of one test file, on the one PostgreSQL server of the run. */
export interface PostgresServer {
  /** A database with all tables. */
  url: string;
  /** Makes an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Drops all of its databases. */
  stop(): Promise<void>;
}

/** Needs `requires('postgresql')`. */
export async function startPostgres(): Promise<PostgresServer> {
  const server = inject('postgresUrl') ?? '';
  if (server === '')
    throw new Error("The run has no PostgreSQL server. Guard the test with requires('postgresql').");
  const made: string[] = [];

  async function create(name: string, template: string): Promise<string> {
    const database = `${name}_${randomUUID().slice(0, 8)}`;
    await execute(server, `CREATE DATABASE "${database}" TEMPLATE "${template}"`);
    made.push(database);
    const url = new URL(server);
    url.pathname = `/${database}`;
    return url.href;
  }

  return {
    url: await create('migrated', MIGRATED_DATABASE),
    createDatabase: (name) => create(name, 'template0'),
    async stop() {
      for (const database of made) await execute(server, `DROP DATABASE "${database}" WITH (FORCE)`);
    },
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
