import { type DownloadLimits, type RemoteFile, readSmall, sourceMayRecover } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { decodeText } from '../../lib/decode-text.js';
import { foldersBeside, placesBeside } from './beside-model.js';
import { namesInListing } from './folder-listing.js';
import { linkedPath, namesInFolder, openLocalFile } from './local-files.js';
import type { FileSource, LocalFile } from './parse-source.js';
import type { ListedSidecars } from './remote-sources.js';

/** Sidecar files are small documents. A larger file is not one. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * Of a file in the folder above the model's own (see `foldersBeside`), when that has one of the same name, too. A name without it is
 * that of the file nearest to the model.
 */
export const ABOVE = '../';

/** Reads a file beside the model by its name; undefined when there is none. */
export type SidecarReader = (name: string) => Promise<string | undefined>;

/** The files beside a model. */
export interface SidecarFiles {
  read: SidecarReader;
  /** Their names, perhaps with {@link ABOVE}; none where they cannot be listed. */
  names(): Promise<readonly string[]>;
}

/**
 * The files beside a model: see {@link foldersBeside}. Each is read once.
 *
 * @throws ProbelogError (the reader) SOURCE_UNREACHABLE, SOURCE_TIMEOUT when the server may have the file but did not say
 */
export function sidecarFiles(source: FileSource, limits: DownloadLimits, signal?: AbortSignal): SidecarFiles {
  const read = async (name: string) => {
    const places = placesBeside(source, name.replace(ABOVE, ''));
    for (const place of name.startsWith(ABOVE) ? places.slice(1) : places) {
      const text =
        place.kind === 'FILE' ? await smallFile(place) : await smallDownload(place.file, limits, signal);
      if (text !== undefined) return text;
    }
    return undefined;
  };
  const namesIn = (folder: string) =>
    source.kind === 'FILE'
      ? namesInFolder(folder, source.within)
      : namesInListing(source, folder, limits, signal);
  const names = async () => {
    const [own, above = []] = await Promise.all(foldersBeside(source).map(namesIn));
    return [...own, ...above.map((name) => (own.includes(name) ? ABOVE + name : name))];
  };
  return { read: once(read), names: onceOnly(names) };
}

/** The files beside a model that its registry lists. @throws ProbelogError (the reader) as {@link sidecarFiles} */
export function listedSidecarFiles(
  { names, file }: ListedSidecars,
  limits: DownloadLimits,
  signal?: AbortSignal,
): SidecarFiles {
  const known = new Set(names);
  const read = async (name: string) =>
    known.has(name) ? smallDownload(file(name), limits, signal) : undefined;
  return { read: once(read), names: async () => names };
}

function once(read: SidecarReader): SidecarReader {
  const found = new Map<string, Promise<string | undefined>>();
  return (name) => {
    const text = found.get(name) ?? read(name);
    found.set(name, text);
    return text;
  };
}

function onceOnly(list: SidecarFiles['names']): SidecarFiles['names'] {
  let names: ReturnType<SidecarFiles['names']> | undefined;
  return () => {
    names ??= list();
    return names;
  };
}

/**
 * The text of a small file; undefined when it is missing. A link is followed. A file outside the allowed folder, also one that a
 * link leads to, counts as missing: the outcome must not reveal that it exists.
 */
async function smallFile({ path, within }: LocalFile): Promise<string | undefined> {
  const file = await openLocalFile({ path: await linkedPath(path), within }).catch(() => undefined);
  try {
    const facts = await file?.stat();
    if (!file || !facts?.isFile() || facts.size > MAX_BYTES) return undefined;
    return decodeText(await file.readFile());
  } finally {
    await file?.close();
  }
}

async function smallDownload(file: RemoteFile, limits: DownloadLimits, signal?: AbortSignal) {
  try {
    return decodeText(await readSmall(file, { ...limits, maxBytes: MAX_BYTES }, signal));
  } catch (thrown) {
    if (thrown instanceof ProbelogError && !sourceMayRecover(thrown)) return undefined;
    throw thrown;
  }
}
