import { LRUCache } from 'lru-cache';
import type { ApiKeyRecord, ApiKeys } from '../store/index.js';
import { isSecretOf, NO_HASH, prefixOf } from './key-secret.js';
import type { Principal } from './principal.js';

/** A key that another process revoked is good here for this long at the most. */
const REMEMBERED_MS = 5_000;
const MAX_REMEMBERED = 10_000;
/** The database notes a use at most once a minute; it need not be asked more often. */
const NOTED_EVERY_MS = 60_000;

/** Knows keys by their secrets. */
export class Keys {
  private readonly found: LRUCache<string, ApiKeyRecord>;
  /** What the cache fails with for those who wait for a look-up that it dropped. */
  private readonly dropped = new WeakSet<object>();
  /** Prefixes that were found, however long ago. */
  private readonly seen = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  private readonly noted = new LRUCache<string, number>({ max: MAX_REMEMBERED });

  constructor(private readonly keys: Pick<ApiKeys, 'byPrefix' | 'recordUse'>) {
    this.found = new LRUCache<string, ApiKeyRecord>({
      max: MAX_REMEMBERED,
      ttl: REMEMBERED_MS,
      // Those who come at once with one key are one look-up. What is not there is not remembered.
      fetchMethod: async (prefix, _, { signal }) => {
        signal.addEventListener('abort', () => this.dropped.add(signal.reason));
        return (await keys.byPrefix(prefix)) ?? undefined;
      },
    });
  }

  /** Whose secret this is; null when it is nobody's, or not any more. */
  async principalOf(secret: string): Promise<Principal | null> {
    const prefix = prefixOf(secret);
    const key = prefix === null ? undefined : await this.lookUp(prefix);
    if (prefix !== null && key) this.seen.set(prefix, true);
    const isRight = isSecretOf(secret, key?.hash ?? NO_HASH);
    if (!key || !isRight || key.revokedAt !== null || isPast(key.expiresAt)) return null;
    this.note(key.id);
    const { scopes, labels, registry, expiresAt } = key;
    return { kind: 'KEY', name: `key:${key.prefix}`, scopes, labels, registry, expiresAt };
  }

  /** Whether this is a key, and no key of its prefix was found so far. */
  isNew(secret: string): boolean {
    const prefix = prefixOf(secret);
    return prefix !== null && !this.seen.has(prefix);
  }

  /** Looks a key up anew when it is next used. */
  forget(prefix: string): void {
    this.found.delete(prefix);
  }

  /** What was under way when the key changed may be what it was before, so it is looked up again. */
  private async lookUp(prefix: string): Promise<ApiKeyRecord | undefined> {
    for (;;) {
      try {
        return await this.found.fetch(prefix);
      } catch (thrown) {
        if (!(thrown instanceof Error && this.dropped.has(thrown))) throw thrown;
      }
    }
  }

  /** Off the path of the request: nobody waits for it, and its failure is nobody's. */
  private note(id: string): void {
    const now = Date.now();
    if (now - (this.noted.get(id) ?? 0) < NOTED_EVERY_MS) return;
    this.noted.set(id, now);
    this.keys.recordUse(id, new Date(now)).catch(() => this.noted.delete(id));
  }
}

function isPast(date: Date | null): boolean {
  return date !== null && date.getTime() <= Date.now();
}
