import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import type { LocalFile } from './parse-source.js';

/** Without O_NONBLOCK, opening a pipe blocks until someone writes to it. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const NO_LINK = constants.O_NOFOLLOW ?? 0;

/**
 * Resolves a local model path, links included, and checks that it lies in an allowed folder.
 *
 * Threat model: callers of the mutation choose the path. Without the check they could test which files exist, and copy any
 * readable ONNX file into the store. Links are resolved first, so that a link inside an allowed folder cannot lead out of
 * it. {@link openLocalFile} checks again when the file is read.
 *
 * @param folders allowed folders; undefined allows every path
 * @throws ProbelogError SOURCE_NOT_FOUND; SOURCE_FORBIDDEN, the same for missing and existing paths outside
 */
export async function checkLocalPath(
  path: string,
  folders: readonly string[] | undefined,
): Promise<LocalFile> {
  const real = await realpath(path).catch(() => undefined);
  if (folders !== undefined) {
    const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
    const within = roots.find((root) => root !== undefined && real !== undefined && isWithin(root, real));
    if (real === undefined || within === undefined) throw folderForbidden();
    const named = await namedFolder(path, real);
    return { path: real, within, ...(named !== undefined && isWithin(within, named) && { named }) };
  }
  if (real === undefined) throw new ProbelogError('SOURCE_NOT_FOUND', `The file ${path} does not exist.`);
  const named = await namedFolder(path, real);
  return { path: real, ...(named !== undefined && { named }) };
}

/** The folder that a file was named in; undefined when it is the file's own folder. */
async function namedFolder(path: string, real: string): Promise<string | undefined> {
  const folder = await realpath(dirname(path)).catch(() => undefined);
  return folder === dirname(real) ? undefined : folder;
}

/**
 * The path of a file, links included, that a model's folder has under this name. {@link openLocalFile} checks where it leads.
 *
 * @returns the path itself when there is no such file
 */
export function linkedPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/**
 * Opens a local file whose path was checked when the ingest was requested.
 *
 * Threat model: since then, anyone who can write to the allowed folder can have replaced the file, or a folder above it, with
 * a link. So the file is opened first, and its location is read from the open file, not from the path. A hard link looks
 * like the file; Linux (`fs.protected_hardlinks`) refuses hard links to files that their maker cannot read.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN when the file lies outside the allowed folder now, SOURCE_NOT_FOUND
 */
export async function openLocalFile({ path, within }: LocalFile): Promise<FileHandle> {
  const flags = within === undefined ? FLAGS : FLAGS | NO_LINK;
  const file = await open(path, flags).catch(() => undefined);
  if (within !== undefined) {
    const location = await (file ? locationOf(file, path) : locationOfMissing(path)).catch(() => undefined);
    if (location === undefined || !isWithin(within, location)) {
      await file?.close();
      throw folderForbidden();
    }
  }
  if (file) return file;
  throw new ProbelogError('SOURCE_NOT_FOUND', 'The model file does not exist any more.');
}

/** The names in a folder; none when it is missing, or outside the allowed folder: those names must not be revealed. */
export async function namesInFolder(folder: string, within: string | undefined): Promise<string[]> {
  try {
    const real = await realpath(folder);
    return within === undefined || real === within || isWithin(within, real) ? await readdir(real) : [];
  } catch {
    return [];
  }
}

/** From the system's record of open files; where it keeps none, from the path as it is a moment later. */
function locationOf({ fd }: FileHandle, path: string): Promise<string> {
  return readlink(`/proc/self/fd/${fd}`).catch(() => realpath(path));
}

/** The error must not reveal whether a file outside exists. */
async function locationOfMissing(path: string): Promise<string> {
  return join(await realpath(dirname(path)), basename(path));
}

/** Whether a path lies below a folder. Both must be resolved. */
function isWithin(root: string, path: string): boolean {
  const step = relative(root, path);
  return step !== '' && step !== '..' && !step.startsWith(`..${sep}`) && !step.startsWith(sep);
}

function folderForbidden(): ProbelogError {
  return new ProbelogError(
    'SOURCE_FORBIDDEN',
    'The path is not in a folder that models may be read from. Allow its folder with PROBELOG_MODEL_FOLDERS.',
  );
}
