import { join } from 'node:path';
import { openSearch, type Search } from '../../src/search/index.js';

/** A search that keeps its files in `folder` and logs nothing. */
export function openQuietly(folder: string): Promise<Search> {
  return openSearch({
    folder: join(folder, 'search'),
    settings: { exactLimit: 20_000 },
    galleries: async () => [],
    log: () => undefined,
  });
}
