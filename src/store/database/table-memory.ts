import { LRUCache } from 'lru-cache';

/** The tables that a statement writes. Rows that a foreign key deletes with others are not named: a reader names their parents. */
const WRITTEN = /\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+(?:"[^"]+"\.)?"([^"]+)"/g;

/** How to remember one kind of value. */
export interface MemoryOptions<Key, Value> {
  /** All tables that the value is read from. A table without changes of its own may be named by its parent. */
  tables: readonly string[];
  /** Most values to keep. */
  max: number;
  keyOf(key: Key): string;
  /** Reads several values in one statement; null where there is none. */
  read(keys: readonly Key[]): Promise<(Value | null)[]>;
  /** How long a value is kept where other processes may change it; not at all when absent. */
  sharedMs?: number;
}

/** Values from the database that are read again after a change. */
export type Remembered<Key, Value> = (keys: readonly Key[]) => Promise<(Value | null)[]>;

/**
 * Remembers what statements answered until their tables change.
 *
 * An embedded database has no other writer than this process, and runs a statement of another caller only after a transaction
 * has ended. So a value that is kept until the next write to its tables is always the one that the database has. With a
 * server, other processes write too; then values are kept for a set time, or only shared by callers who wait for the same read.
 */
export class TableMemory {
  private readonly writes = new Map<string, number>();

  /** @param isShared whether other processes may write to the database */
  constructor(private readonly isShared: boolean) {}

  /** Learns from a statement which tables may have changed. Call it before the statement's own caller hears of its result. */
  observe(sql: string): void {
    if (sql.startsWith('SELECT')) return;
    for (const [, table] of sql.matchAll(WRITTEN)) this.writes.set(table, this.writesTo(table) + 1);
  }

  /** A reader that asks the database only for what it does not remember. Values must not be changed. */
  reader<Key, Value extends object>({
    tables,
    max,
    keyOf,
    read,
    sharedMs = 0,
  }: MemoryOptions<Key, Value>): Remembered<Key, Value> {
    const keeps = !this.isShared || sharedMs > 0;
    const kept = new LRUCache<string, Value>({ max, ttl: this.isShared && keeps ? sharedMs : 0 });
    const revision = () => tables.reduce((sum, table) => sum + this.writesTo(table), 0);
    let keptAt = revision();
    return async (keys) => {
      const before = revision();
      if (before !== keptAt) kept.clear();
      keptAt = before;
      const known = keys.map((key) => kept.get(keyOf(key)));
      const missing = keys.filter((_, place) => known[place] === undefined);
      if (missing.length === 0) return known.map((value) => value ?? null);
      const found = await read(missing);
      // Read before a change, or perhaps after it.
      const isCurrent = keeps && revision() === before;
      const byKey = new Map(missing.map((key, place) => [keyOf(key), found[place]]));
      if (isCurrent) for (const [key, value] of byKey) if (value !== null) kept.set(key, value);
      return keys.map((key, place) => known[place] ?? byKey.get(keyOf(key)) ?? null);
    };
  }

  private writesTo(table: string): number {
    return this.writes.get(table) ?? 0;
  }
}
