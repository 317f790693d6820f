import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import { folderForbidden, isWithin } from './check-folder.js';
import type { LocalFile } from './parse-source.js';

/** A pipe that nobody writes to is opened all the same. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const NO_LINK = constants.O_NOFOLLOW ?? 0;

/**
 * Opens a local file whose path was checked when it was asked for.
 *
 * Threat model: since then, whoever may write in the allowed folder can have put a link where the file was, or a folder
 * above it. So the file is opened first, and then where it lies is asked of what is open, not of the path. A hard link cannot
 * be told from the file; Linux lets nobody make one to what they may not read.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN when it lies elsewhere by now, SOURCE_NOT_FOUND
 */
export async function openLocal({ path, within }: LocalFile): Promise<FileHandle> {
  const flags = within === undefined ? FLAGS : FLAGS | NO_LINK;
  const file = await open(path, flags).catch(() => undefined);
  if (within !== undefined) {
    const place = await (file ? placeOf(file, path) : placeOfMissing(path)).catch(() => undefined);
    if (place === undefined || !isWithin(within, place)) {
      await file?.close();
      throw folderForbidden();
    }
  }
  if (file) return file;
  throw new ProbelogError('SOURCE_NOT_FOUND', 'The model file does not exist any more.');
}

/** By the system's own record of what is open; where it keeps none, by the path as it is a moment later. */
function placeOf({ fd }: FileHandle, path: string): Promise<string> {
  return readlink(`/proc/self/fd/${fd}`).catch(() => realpath(path));
}

/** Whether a file outside exists must not show in the error. */
async function placeOfMissing(path: string): Promise<string> {
  return join(await realpath(dirname(path)), basename(path));
}
