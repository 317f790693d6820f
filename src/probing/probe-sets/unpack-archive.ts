import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadEntry } from 'tar';
import { messageOf, ProbelogError } from '../../errors/index.js';
import type { ProbeImageLimits } from './inspect-image.js';
import type { SourceFile } from './list-folder.js';

const DEFAULT_TOTAL_BYTES = 64 * 2 ** 30;

/** Whether a source is an archive, by its name. */
export function isArchive(source: string): boolean {
  return /\.(tar|tar\.gz|tgz|zip)$/i.test(source);
}

/**
 * Unpacks an archive's files into an empty folder, with numbers as names: no name in an archive ever becomes a path.
 *
 * @param wanted which names to unpack
 * @throws ProbelogError PROBE_IMAGE_INVALID when it is damaged or exceeds the limits
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  limits: ProbeImageLimits,
  wanted: (name: string) => boolean,
): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  let remaining = limits.maxTotalBytes ?? DEFAULT_TOTAL_BYTES;
  const save: Save = async (name, content, signal) => {
    const path = join(folder, String(files.length));
    let bytes = 0;
    const counted = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        remaining -= chunk.length;
        if (remaining < 0) throw invalid(archive, 'unpacks to more bytes than the limit');
        yield chunk;
      }
    };
    await pipeline(content, counted, createWriteStream(path, { flags: 'wx' }), { signal });
    files.push({ name, path, bytes });
  };
  try {
    if (archive.toLowerCase().endsWith('.zip')) await unzip(archive, wanted, save);
    else await untar(archive, wanted, save);
  } catch (thrown) {
    if (thrown instanceof ProbelogError || isDiskError(thrown)) throw thrown;
    throw invalid(archive, `cannot be unpacked: ${messageOf(thrown)}`);
  }
  return files;
}

/** @param signal aborts when the archive breaks off: its last entry never ends then */
type Save = (name: string, content: Readable, signal?: AbortSignal) => Promise<void>;

async function untar(archive: string, wanted: (name: string) => boolean, save: Save): Promise<void> {
  const { Parser } = await import('tar');
  let saving = Promise.resolve();
  const damaged = new AbortController();
  const parser = new Parser({
    strict: true,
    filter: (path, entry) => 'type' in entry && entry.type === 'File' && wanted(path),
  });
  parser.on('entry', (entry: ReadEntry) => {
    // Entries are read one after another; the next one waits until this one is consumed.
    saving = saving.then(() => save(clean(entry.path), entry as unknown as Readable, damaged.signal));
    saving.catch((thrown) => parser.abort(thrown));
  });
  const parsing = pipeline(createReadStream(archive), parser as unknown as NodeJS.WritableStream);
  const [parsed] = await Promise.allSettled([parsing]);
  // The entry that an archive breaks off in never ends by itself.
  if (parsed.status === 'rejected') damaged.abort(parsed.reason);
  // An error while saving is the cause; the parser's error only follows from it.
  await saving.catch((thrown) => {
    throw isAbort(thrown) && parsed.status === 'rejected' ? parsed.reason : thrown;
  });
  if (parsed.status === 'rejected') throw parsed.reason;
}

async function unzip(archive: string, wanted: (name: string) => boolean, save: Save): Promise<void> {
  const { default: yauzl } = await import('yauzl');
  const zip = await yauzl.openPromise(archive, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('/') && wanted(entry.fileName))
        await save(clean(entry.fileName), await zip.openReadStreamPromise(entry));
    }
  } finally {
    zip.close();
  }
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}

function clean(name: string): string {
  return name.replace(/^(\.\/)+/, '');
}

function isDiskError(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}

function invalid(archive: string, what: string): ProbelogError {
  const name = archive.slice(archive.lastIndexOf('/') + 1);
  return new ProbelogError('PROBE_IMAGE_INVALID', `The archive "${name}" ${what}.`, { name });
}
