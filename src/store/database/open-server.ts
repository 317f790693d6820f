import type pg from 'pg';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { createPrismaClient, type Database } from './database.js';

/** Without this limit, the operating system would wait minutes for a server that does not answer. */
const CONNECT_MS = 5_000;
/** PostgreSQL's default schema. */
const DEFAULT_SCHEMA = 'public';

/**
 * Connects to a PostgreSQL server.
 *
 * @param schema of the tables. Prisma names it in its statements. Our own statements find it by the connection's search path,
 *   which contains nothing else: a foreign table with one of our names is never used by mistake.
 * @throws ProbelogError DATABASE_UNAVAILABLE naming the host, never the password
 */
export async function openServer(url: string, schema: string): Promise<Database> {
  let settings: pg.ClientConfig = { connectionString: url, connectionTimeoutMillis: CONNECT_MS };
  let client = await connect(settings, url);
  if (!(await usesSchema(client, schema))) {
    await client.end();
    settings = { ...settings, ...searchPath(url, schema) };
    client = await connect(settings, url);
  }
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const prisma = createPrismaClient(new PrismaPg(settings, { schema }));
  return {
    prisma,
    connection: {
      execute: async (sql) => void (await client.query(sql)),
      query: async (sql, values) => (await client.query<Record<string, unknown>>(sql, values)).rows,
    },
    endConnection: () => client.end(),
    close: () => prisma.$disconnect(),
  };
}

/**
 * Whether the connection finds our tables, and new ones go there, without options: connection poolers may refuse those. A schema
 * with the name of the role comes before PostgreSQL's default schema.
 */
async function usesSchema(client: pg.Client, schema: string): Promise<boolean> {
  if (schema !== DEFAULT_SCHEMA) return false;
  const { rows } = await client.query('SELECT current_schema() AS "schema"');
  return rows[0]?.schema === schema;
}

/** Options of the URL itself stay. */
function searchPath(url: string, schema: string): pg.ClientConfig {
  const options = `-c search_path=${schema}`;
  const given = URL.canParse(url) ? new URL(url).searchParams.get('options') : null;
  if (given === null) return { connectionString: url, options };
  const changed = new URL(url);
  changed.searchParams.set('options', `${given} ${options}`);
  return { connectionString: changed.href };
}

async function connect(settings: pg.ClientConfig, url: string): Promise<pg.Client> {
  try {
    // Only here: the embedded database needs none of it.
    const { default: pg } = await import('pg');
    const client = new pg.Client(settings);
    // A lost connection also fails the running statement, which reports it.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (thrown) {
    const reason = messageOf(thrown) || (thrown as NodeJS.ErrnoException).code;
    throw new ProbelogError(
      'DATABASE_UNAVAILABLE',
      `Cannot connect to the database server ${hostOf(url)}: ${reason}. Check DATABASE_URL and that the server is running.`,
    );
  }
}

/** Host and port of a database URL, or the folder of its socket. */
function hostOf(url: string): string {
  if (!URL.canParse(url)) return '(in DATABASE_URL)';
  const { host, searchParams } = new URL(url);
  return host || (searchParams.get('host') ?? '(in DATABASE_URL)');
}
