import { join } from 'node:path';

/** An embedded database belongs to one store, so its tables need no schema of their own. */
export const EMBEDDED_SCHEMA = 'public';

/** Where a store is. */
export interface StoreLocation {
  /** For blobs and, without a server, for the database. */
  dataFolder: string;
  /** A PostgreSQL server; without it PostgreSQL runs inside this process. */
  databaseUrl: string | undefined;
  /** PostgreSQL schema of the tables on that server. */
  databaseSchema: string;
  /** Receives a line about each slow step. */
  log(line: string): void;
}

/** The folder of an embedded database. */
export function databaseFolder(dataFolder: string): string {
  return join(dataFolder, 'database');
}

/** The folder of the blobs, with either kind of database. */
export function blobsFolder(dataFolder: string): string {
  return join(dataFolder, 'blobs');
}
