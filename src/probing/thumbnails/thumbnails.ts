import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../../lib/atomic-file.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { KeptThread } from '../../lib/kept-thread.js';
import { Limiter } from '../../lib/limiter.js';
import type { Log } from '../../lib/log.js';
import { SerialQueue } from '../../lib/serial-queue.js';
import { SingleFlight } from '../../lib/single-flight.js';
import type { makeThumbnail } from './make-thumbnail.js';

const ENTRY = compiledEntry(import.meta.url, './main.js');
/** Pixels of the longer edge. */
export const THUMBNAIL_SIZES = [64, 128, 256] as const;
export type ThumbnailSize = (typeof THUMBNAIL_SIZES)[number];

/** At the same time; each may use several cores. */
const MAX_AT_ONCE = 2;
/** Files that this made; others in the folder are not its own. */
const MADE = /^[0-9a-f]{64}-\d+\.webp$/;
/** What is left of a full cache, so that it is not emptied one file at a time. */
const KEPT_SHARE = 0.8;

interface ThumbnailCalls {
  makeThumbnail: typeof makeThumbnail;
}

/** Options of {@link Thumbnails}. */
export interface ThumbnailOptions {
  /** Folder for thumbnails, which may be deleted at any time. */
  folder: string;
  /** Bytes that it may hold. */
  maxBytes: number;
  /** Larger images are no probes. */
  maxPixels: number;
  log: Log;
}

/** An image to make a thumbnail of. */
export interface ThumbnailSource {
  /** SHA-256 of its file. */
  digest: string;
  /** The file. @throws ProbelogError BLOB_MISSING */
  path(): Promise<string>;
}

/**
 * Small copies of images. Each is made once, in a thread, because the first use of libvips alone holds the event loop for
 * longer than a request may; then it is a file.
 */
export class Thumbnails {
  private readonly making = new SingleFlight<Uint8Array>();
  private readonly limiter = new Limiter(MAX_AT_ONCE);
  private readonly housekeeping = new SerialQueue();
  private readonly thread = new KeptThread<ThumbnailCalls>(ENTRY);
  /** Bytes in the folder; undefined before they are counted. */
  private bytes: number | undefined;

  constructor(private readonly options: ThumbnailOptions) {}

  /** The thumbnail's file as WebP. @throws ProbelogError BLOB_MISSING */
  async of(source: ThumbnailSource, size: ThumbnailSize): Promise<Uint8Array> {
    const name = `${source.digest}-${size}.webp`;
    const kept = await readFile(this.path(name)).catch(() => null);
    return (
      kept ?? this.making.run(name, () => this.limiter.run(() => this.make(source, size, name)), undefined)
    );
  }

  /** Waits for what is being written, and ends the thread. */
  async close(): Promise<void> {
    await this.housekeeping.settled();
    await this.thread.close();
  }

  private async make(source: ThumbnailSource, size: ThumbnailSize, name: string): Promise<Uint8Array> {
    const path = await source.path();
    const bytes = await this.thread.calls.call('makeThumbnail', [path, size, this.options.maxPixels]);
    // The caller need not wait, and gets the image even when the disk is full.
    void this.housekeeping
      .run(() => this.keep(name, bytes))
      .catch((error) => this.options.log('warn', 'a thumbnail cannot be kept', { error }));
    return bytes;
  }

  private async keep(name: string, bytes: Uint8Array): Promise<void> {
    const { folder, maxBytes } = this.options;
    if (maxBytes === 0) return;
    await makeFolder(folder);
    await writeFileAtomically(this.path(name), bytes);
    this.bytes = this.bytes === undefined ? sum(await filesIn(folder)) : this.bytes + bytes.length;
    if (this.bytes > maxBytes) this.bytes = await removeOldest(folder, maxBytes * KEPT_SHARE);
  }

  private path(name: string): string {
    return join(this.options.folder, name);
  }
}

interface KeptFile {
  path: string;
  bytes: number;
  writtenAt: number;
}

async function filesIn(folder: string): Promise<KeptFile[]> {
  const files = await Promise.all(
    (await readdir(folder))
      .filter((name) => MADE.test(name))
      .map(async (name) => {
        const path = join(folder, name);
        // Another process may have removed it.
        const facts = await stat(path).catch(() => null);
        return facts ? [{ path, bytes: facts.size, writtenAt: facts.mtimeMs }] : [];
      }),
  );
  return files.flat();
}

/** @returns the bytes that are left */
async function removeOldest(folder: string, maxBytes: number): Promise<number> {
  const files = (await filesIn(folder)).sort((a, b) => a.writtenAt - b.writtenAt);
  let bytes = sum(files);
  for (const file of files) {
    if (bytes <= maxBytes) break;
    await rm(file.path, { force: true });
    bytes -= file.bytes;
  }
  return bytes;
}

function sum(files: readonly KeptFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
