import { join } from 'node:path';

/** Nobody shares an embedded database, so its tables need no schema of their own. */
export const EMBEDDED_SCHEMA = 'public';

/** Where an embedded database is. */
export function databaseFolder(dataFolder: string): string {
  return join(dataFolder, 'database');
}

/** Where the blobs are, whichever database refers to them. */
export function blobsFolder(dataFolder: string): string {
  return join(dataFolder, 'blobs');
}
