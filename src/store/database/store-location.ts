/** Where a store is, every part of it said. */
export interface StoreLocation {
  /** For blobs and, without a server, for the database. */
  dataFolder: string;
  /** A PostgreSQL server; without it PostgreSQL runs inside this process. */
  databaseUrl: string | undefined;
  /** PostgreSQL schema of the tables on that server. */
  databaseSchema: string;
  /** Takes a line about what takes long. */
  log(line: string): void;
}
