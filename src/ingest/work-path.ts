import { createHash } from 'node:crypto';
import { join } from 'node:path';

/**
 * Where a file of a probing run under way is. Its name is the hash of the ingest and of everything the file depends on.
 *
 * @param identity JSON-serialisable
 */
export function workPath(folder: string, identity: unknown, suffix: string): string {
  return join(folder, createHash('sha256').update(JSON.stringify(identity)).digest('hex') + suffix);
}
