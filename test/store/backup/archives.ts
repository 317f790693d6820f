import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Parser, type ReadEntry } from 'tar';
import { entryHeader, entryPadding, TAR_END } from '../../../src/lib/tar-entry.js';
import { EMBEDDED_SCHEMA } from '../../../src/store/database/store-location.js';
import { backUp, restoreBackup, type StoreLocation } from '../../../src/store/index.js';

/** One file of an archive. */
export interface File {
  path: string;
  content: Buffer;
}

/** Where a store is, with what is the same for all tests. */
export function location(dataFolder: string, databaseUrl?: string): StoreLocation {
  return { dataFolder, databaseUrl, databaseSchema: EMBEDDED_SCHEMA, log: () => undefined };
}

/** A backup of a store, in memory. */
export async function backupOf(from: StoreLocation): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await backUp(from, { release: '1.2.3' }, async (archive) => {
    for await (const chunk of archive) chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

/** Restores an archive that comes in small pieces. */
export function restore(to: StoreLocation, archive: Buffer, pieces = 10_007) {
  const content = async function* () {
    for (let start = 0; start < archive.length; start += pieces)
      yield archive.subarray(start, start + pieces);
  };
  return restoreBackup(to, content());
}

/** The files of an archive, read by another program. */
export async function filesOf(archive: Buffer): Promise<File[]> {
  const files: File[] = [];
  const reading: Promise<void>[] = [];
  const parser = new Parser({ strict: true });
  parser.on('entry', (entry: ReadEntry) => {
    reading.push(entry.concat().then((content) => void files.push({ path: entry.path, content })));
  });
  const ended = once(parser, 'end');
  parser.end(archive);
  await ended;
  await Promise.all(reading);
  return files;
}

/** An archive of files. */
export function archiveOf(files: readonly File[]): Buffer {
  const parts = files.flatMap(({ path, content }) => [
    entryHeader(path, content.length),
    content,
    entryPadding(content.length),
  ]);
  return Buffer.concat([...parts, TAR_END]);
}

/** The same files with sums that fit them: as a forged backup would have. */
export function withSums(files: readonly File[]): File[] {
  const summed = files.filter(({ path }) => path !== 'SHA256SUMS' && !path.startsWith('blobs/'));
  const lines = summed.map(
    ({ path, content }) => `${createHash('sha256').update(content).digest('hex')}  ${path}\n`,
  );
  const sums = { path: 'SHA256SUMS', content: Buffer.from(lines.join('')) };
  return [...files.filter(({ path }) => path !== 'SHA256SUMS'), sums];
}

/** The files with the text of those that match changed. */
export function changed(files: readonly File[], path: RegExp, change: (text: string) => string): File[] {
  return files.map((file) =>
    path.test(file.path) ? { ...file, content: Buffer.from(change(file.content.toString())) } : file,
  );
}
