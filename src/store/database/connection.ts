/** One connection to either database, for what goes past Prisma: migrations, backups. */
export interface Connection {
  /** Runs one or more statements. */
  execute(sql: string): Promise<void>;
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}
