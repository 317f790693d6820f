import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { GalleryEntry } from './journal.js';

/** Callers see different models by their visibility labels, of which a service has few combinations. */
const MAX_SIGHTS = 8;

/** The models of a gallery that a caller sees: one array for all searches with the same sight, until the gallery changes. */
export class VisibleEntries {
  private of: readonly GalleryEntry[] | null = null;
  private readonly bySight = new LRUCache<string, readonly GalleryEntry[]>({ max: MAX_SIGHTS });

  /**
   * @param entries all models of the gallery; another array after each change
   * @param hidden models that the caller does not see
   */
  without(entries: readonly GalleryEntry[], hidden: readonly string[] = []): readonly GalleryEntry[] {
    if (hidden.length === 0) return entries;
    if (this.of !== entries) this.bySight.clear();
    this.of = entries;
    const sight = createHash('sha256')
      .update([...hidden].sort().join())
      .digest('base64');
    const known = this.bySight.get(sight);
    if (known) return known;
    const unseen = new Set(hidden);
    const visible = entries.filter(({ modelId }) => !unseen.has(modelId));
    this.bySight.set(sight, visible);
    return visible;
  }
}
