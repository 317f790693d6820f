import { type DownloadLimits, type RemoteFile, readSmall, sourceMayRecover } from '../../download/index.js';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { decodeText } from '../../lib/decode-text.js';
import { parseJson } from '../../lib/parse-json.js';
import { parsePreprocessing } from '../../probing/index.js';
import { foldersBeside, placesBeside } from './beside-model.js';
import { namesInListing } from './folder-listing.js';
import { linkedPath, namesInFolder, openLocalFile } from './local-files.js';
import { LabelGap } from './parse-labels.js';
import type { FileSource, LocalFile } from './parse-source.js';
import { parseYaml, readLabels } from './read-labels.js';
import type { ListedSidecars } from './remote-sources.js';

/** Sidecar files are small documents. A larger file is not one. */
const MAX_BYTES = 4 * 2 ** 20;

/** Reads a file beside the model by its name; undefined when there is none. */
export type SidecarReader = (name: string) => Promise<string | undefined>;

/** The files beside a model. */
export interface SidecarFiles {
  read: SidecarReader;
  /** Their names; none where they cannot be listed. */
  names(): Promise<readonly string[]>;
}

/** Labels, and the file that they were found in. */
export interface SidecarLabels {
  file: string;
  /** One for each output; null when the file cannot be read. */
  labels: string[] | null;
  /** Why the file cannot be read. */
  problem?: string;
}

/**
 * The files beside a model: see {@link foldersBeside}. Each is read once.
 *
 * @throws ProbelogError (the reader) SOURCE_UNREACHABLE, SOURCE_TIMEOUT when the server may have the file but did not say
 */
export function sidecarFiles(source: FileSource, limits: DownloadLimits, signal?: AbortSignal): SidecarFiles {
  const read = async (name: string) => {
    for (const place of placesBeside(source, name)) {
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
  return {
    read: once(read),
    names: async () => (await Promise.all(foldersBeside(source).map(namesIn))).flat(),
  };
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

/** Files that may describe the preprocessing, in order of preference, and whether a document is such a description. */
const PREPROCESSING_FILES: readonly [name: string, describes: (document: object) => boolean][] = [
  ['preprocessor_config.json', () => true],
  ['processor_config.json', (document) => 'image_processor' in document],
  ['config.json', (document) => 'pretrained_cfg' in document],
  ['inference.yml', (document) => 'PreProcess' in document],
];

/**
 * The description of the preprocessing in a file beside the model, checked; undefined when there is none.
 *
 * @throws ProbelogError PREPROCESSING_INVALID that names the file and the place: a model with wrong pixels is never found, so a
 * broken description is not the same as none
 */
export async function sidecarPreprocessing(read: SidecarReader): Promise<unknown> {
  for (const [name, describes] of PREPROCESSING_FILES) {
    const text = await read(name);
    if (text === undefined) continue;
    const document = await parsed(name, text);
    if (typeof document !== 'object' || document === null || !describes(document)) {
      if (name !== 'preprocessor_config.json') continue;
    }
    try {
      parsePreprocessing(document);
      return document;
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError)) throw thrown;
      throw new ProbelogError(thrown.code, `${name}: ${thrown.message}`, { ...thrown.details, file: name });
    }
  }
  return undefined;
}

async function parsed(name: string, text: string): Promise<unknown> {
  try {
    return name.endsWith('.yml') ? await parseYaml(text) : parseJson(text);
  } catch (thrown) {
    // A config.json of a tool that we do not know may be anything.
    if (name === 'config.json') return null;
    throw new ProbelogError(
      'PREPROCESSING_INVALID',
      `${name}, beside the model, cannot be read: ${firstLine(messageOf(thrown))}. Correct it, or describe the preprocessing in the ingest request.`,
      { file: name },
    );
  }
}

/** Files that may have labels, in order of preference. */
const LABEL_FILES = [
  'config.json',
  'labels.json',
  'labels.txt',
  'classes.txt',
  'class_names.txt',
  'selected_tags.csv',
  'labels.csv',
  'inference.yml',
];
/** Those of them that also serve other purposes. */
const MAY_HAVE_NONE = ['config.json', 'inference.yml'];
/** Triton's description of a model, whose outputs may name a file with labels. */
const TRITON_CONFIG = 'config.pbtxt';

/**
 * The labels in the first file beside the model that has some; undefined when there is none. A folder with a manifest has several
 * models, and the manifest says which labels are whose.
 */
export async function sidecarLabels(read: SidecarReader): Promise<SidecarLabels | undefined> {
  const named = /label_filename\s*:\s*"([^"/\\]{1,200})"/.exec((await read(TRITON_CONFIG)) ?? '')?.[1];
  const files = (await read('manifest.json')) === undefined ? LABEL_FILES : LABEL_FILES.slice(0, 1);
  for (const file of named === undefined ? files : [named, ...files]) {
    const text = await read(file);
    if (text === undefined) continue;
    try {
      return { file, labels: await readLabels(file, text) };
    } catch (thrown) {
      if (thrown instanceof LabelGap) return { file, labels: thrown.partial };
      // Most config.json files have no labels; a file for labels that has none is worth a note.
      if (MAY_HAVE_NONE.includes(file)) continue;
      return { file, labels: null, problem: firstLine(messageOf(thrown)) };
    }
  }
  return undefined;
}

/**
 * Names that tools give to files with labels or a description of the preprocessing. Among them are `metadata.yaml` of ultralytics,
 * `open_clip_config.json`, darknet's `*.names`, and Caffe's `mean.binaryproto`.
 */
const DESCRIPTIVE =
  /(label|class|synset|categor|id2|preproc|processor|transform|normali[sz]|extractor|open_clip_config).*\.(json|txt|ya?ml|csv|tsv|pbtxt|names|toml|ini)$|(^|\/)(metadata\.ya?ml|names\.(txt|json|ya?ml)|[^/]*\.names|[^/]*mean\.(npy|binaryproto|json|txt))$/i;
const KNOWN = new Set([
  ...PREPROCESSING_FILES.map(([name]) => name),
  ...LABEL_FILES,
  TRITON_CONFIG,
  'manifest.json',
]);
/** More are too many to name. */
const MAX_NAMED = 5;

/**
 * The names of files beside a model that look as if they had its labels or described its preprocessing, but that are not read,
 * since their form is unknown. None beside a manifest, which says which files are whose.
 *
 * @param used a file of any name that was read
 */
export async function unreadFiles(
  files: Pick<SidecarFiles, 'names'>,
  used: string | undefined,
): Promise<string[]> {
  const names = new Set(await files.names());
  if (names.has('manifest.json')) return [];
  const unread = [...names].filter((name) => DESCRIPTIVE.test(name) && !KNOWN.has(name) && name !== used);
  return unread.sort().slice(0, MAX_NAMED);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0].replace(/[.:]$/, '');
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
