import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { messageOf, ProbelogError } from '../errors/index.js';
import { PrismaClient } from './generated/client.js';
import type { MigrationConnection } from './migrations/apply-migrations.js';

/** A database, embedded or on a server, with a connection for migrations. */
export interface Database {
  prisma: LoggedClient;
  migrations: MigrationConnection;
  /** Ends the connection for migrations; Prisma's stays. */
  endMigrations(): Promise<void>;
  close(): Promise<void>;
}

/** Opens PostgreSQL inside this process, with its files in `folder`. */
export async function openEmbedded(folder: string): Promise<Database> {
  const lite = await PGlite.create(folder);
  const prisma = loggedClient(new PrismaPGlite(lite));
  return {
    prisma,
    migrations: {
      execute: async (sql) => void (await lite.exec(sql)),
      query: async (sql, values) => (await lite.query<Record<string, unknown>>(sql, values)).rows,
    },
    endMigrations: async () => undefined,
    async close() {
      await prisma.$disconnect();
      if (!lite.closed) await lite.close();
    },
  };
}

/** Connects to a PostgreSQL server. @throws ProbelogError DATABASE_UNAVAILABLE naming the host */
export async function openServer(url: string): Promise<Database> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
  } catch (thrown) {
    throw new ProbelogError(
      'DATABASE_UNAVAILABLE',
      `The database server ${hostOf(url)} cannot be used: ${messageOf(thrown) || (thrown as NodeJS.ErrnoException).code}.`,
    );
  }
  const prisma = loggedClient(new PrismaPg({ connectionString: url }));
  return {
    prisma,
    migrations: {
      execute: async (sql) => void (await client.query(sql)),
      query: async (sql, values) => (await client.query<Record<string, unknown>>(sql, values)).rows,
    },
    endMigrations: () => client.end(),
    close: () => prisma.$disconnect(),
  };
}

type LoggedClient = ReturnType<typeof loggedClient>;

/** A client that tells of every statement. */
function loggedClient(adapter: PrismaPGlite | PrismaPg) {
  return new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
}

/** Host and port of a database URL, never its password. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '(in DATABASE_URL)';
}
