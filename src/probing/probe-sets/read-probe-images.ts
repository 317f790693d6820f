import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, ProbelogError } from '../../errors/index.js';
import type { ProbeImageLimits } from './inspect-image.js';
import { listFolder, type SourceFile } from './list-folder.js';
import { isArchive, unpackArchive } from './unpack-archive.js';

const DEFAULT_IMAGE_BYTES = 64 * 2 ** 20;
const DEFAULT_FILES = 1_000_000;

/** One image file of a source. */
export interface SourceImage {
  /** Path inside the source, separated by `/`. */
  name: string;
  bytes: Buffer;
}

/** The images of a source, one in memory at a time. */
export interface ProbeImageSource {
  count: number;
  images: AsyncIterable<SourceImage>;
}

/**
 * Opens a folder, .tar, .tar.gz, .tgz or .zip of images and passes them to `use`, ordered by name.
 *
 * @throws ProbelogError PROBE_SET_EMPTY, PROBE_IMAGE_INVALID, SOURCE_NOT_FOUND
 */
export async function readProbeImages<T>(
  source: string,
  limits: ProbeImageLimits,
  use: (images: ProbeImageSource) => Promise<T>,
): Promise<T> {
  const facts = await stat(source).catch((thrown) => {
    throw new ProbelogError('SOURCE_NOT_FOUND', `The probe images cannot be read: ${messageOf(thrown)}.`);
  });
  if (facts.isDirectory()) return use(await sourceOf(listFolder(source), limits));
  if (!isArchive(source))
    throw new ProbelogError(
      'SOURCE_NOT_FOUND',
      'The source of probe images must be a folder, .tar, .tar.gz, .tgz or .zip.',
    );
  const folder = await mkdtemp(join(tmpdir(), 'probelog-probes-'));
  try {
    const files = await unpackArchive(source, folder, limits, (name) => !isIgnored(name));
    return await use(await sourceOf(files, limits));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sourceOf(
  found: Iterable<SourceFile> | AsyncIterable<SourceFile>,
  limits: ProbeImageLimits,
): Promise<ProbeImageSource> {
  const files: SourceFile[] = [];
  for await (const file of found) {
    if (isIgnored(file.name)) continue;
    if (files.push(file) > (limits.maxFiles ?? DEFAULT_FILES))
      throw new ProbelogError('PROBE_IMAGE_INVALID', `The source has more than ${files.length - 1} files.`);
  }
  if (files.length === 0)
    throw new ProbelogError(
      'PROBE_SET_EMPTY',
      'The source has no images. Choose a folder or archive with images.',
    );
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { count: files.length, images: readAll(files, limits.maxImageBytes ?? DEFAULT_IMAGE_BYTES) };
}

async function* readAll(files: SourceFile[], maxBytes: number): AsyncGenerator<SourceImage> {
  for (const { name, path, bytes } of files) {
    if (bytes > maxBytes)
      throw new ProbelogError(
        'PROBE_IMAGE_INVALID',
        `The probe image "${name}" has ${bytes} bytes; the limit is ${maxBytes}.`,
        { name },
      );
    yield { name, bytes: await readFile(path) };
  }
}

/** Files that may lie beside images: hidden files, lists and text files. */
function isIgnored(name: string): boolean {
  return /(^|\/)(\.|__MACOSX\/)/.test(name.replace(/^(\.\/)+/, '')) || /\.(json|txt|md)$/i.test(name);
}
