import { LRUCache } from 'lru-cache';
import type { ApiKeyRecord, ApiKeys } from '../store/index.js';
import { isSecretOf, NO_HASH, prefixOf } from './key-secret.js';
import type { Principal } from './principal.js';

/** A key that another process revoked stays valid here for this long at most. */
const CACHED_MS = 5_000;
const MAX_CACHED = 10_000;
/** A use is recorded at most once a minute. */
const USE_INTERVAL_MS = 60_000;

/** Authenticates keys, with a cache of them. */
export class Keys {
  private readonly cache: LRUCache<string, ApiKeyRecord>;
  /** The errors of lookups that the cache dropped while callers waited for them. */
  private readonly dropped = new WeakSet<object>();
  /** Prefixes that were ever found. */
  private readonly seen = new LRUCache<string, true>({ max: MAX_CACHED });
  private readonly usedAt = new LRUCache<string, number>({ max: MAX_CACHED });

  constructor(private readonly keys: Pick<ApiKeys, 'byPrefix' | 'recordUse'>) {
    this.cache = new LRUCache<string, ApiKeyRecord>({
      max: MAX_CACHED,
      ttl: CACHED_MS,
      // Concurrent requests with one key share a lookup. A missing key is not cached.
      fetchMethod: async (prefix, _, { signal }) => {
        signal.addEventListener('abort', () => this.dropped.add(signal.reason));
        return (await keys.byPrefix(prefix)) ?? undefined;
      },
    });
  }

  /** The principal with this secret; null if the key is unknown, revoked or expired. */
  async principalOf(secret: string): Promise<Principal | null> {
    const prefix = prefixOf(secret);
    const key = prefix === null ? undefined : await this.lookUp(prefix);
    if (prefix !== null && key) this.seen.set(prefix, true);
    const isRight = isSecretOf(secret, key?.hash ?? NO_HASH);
    if (!key || !isRight || key.revokedAt !== null || isPast(key.expiresAt)) return null;
    this.recordUse(key.id);
    const { scopes, labels, registry, expiresAt } = key;
    return { kind: 'KEY', name: `key:${key.prefix}`, scopes, labels, registry, expiresAt };
  }

  /** Whether this is a key, and this process has found none with its prefix before. */
  isNew(secret: string): boolean {
    const prefix = prefixOf(secret);
    return prefix !== null && !this.seen.has(prefix);
  }

  /** Looks the key up again when it is next used. */
  forget(prefix: string): void {
    this.cache.delete(prefix);
  }

  /** A lookup under way when the key changed may have the old state, so it is repeated. */
  private async lookUp(prefix: string): Promise<ApiKeyRecord | undefined> {
    for (;;) {
      try {
        return await this.cache.fetch(prefix);
      } catch (thrown) {
        if (!(thrown instanceof Error && this.dropped.has(thrown))) throw thrown;
      }
    }
  }

  /** Not awaited: the request neither waits for it nor fails with it. */
  private recordUse(id: string): void {
    const now = Date.now();
    if (now - (this.usedAt.get(id) ?? 0) < USE_INTERVAL_MS) return;
    this.usedAt.set(id, now);
    this.keys.recordUse(id, new Date(now)).catch(() => this.usedAt.delete(id));
  }
}

function isPast(date: Date | null): boolean {
  return date !== null && date.getTime() <= Date.now();
}
