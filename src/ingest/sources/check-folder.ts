import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import type { LocalFile } from './parse-source.js';

/**
 * Resolves a local model path, links included, and checks that it lies in an allowed folder.
 *
 * Threat model: whoever may call the mutation names the path. Without the check they could test which files exist
 * and copy any readable ONNX file into the registry. Links are resolved first, so that a link inside an allowed
 * folder does not lead out of it; `openLocal` looks again when the file is read.
 *
 * @param folders allowed folders; undefined allows every path
 * @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_FORBIDDEN (the same for missing and existing paths outside)
 */
export async function checkFolder(path: string, folders: readonly string[] | undefined): Promise<LocalFile> {
  const real = await realpath(path).catch(() => undefined);
  if (folders !== undefined) {
    const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
    const within = roots.find((root) => root !== undefined && real !== undefined && isWithin(root, real));
    if (real === undefined || within === undefined) throw folderForbidden();
    return { path: real, within };
  }
  if (real === undefined) throw new ProbelogError('SOURCE_NOT_FOUND', `There is no file ${path}.`);
  return { path: real };
}

export function folderForbidden(): ProbelogError {
  return new ProbelogError(
    'SOURCE_FORBIDDEN',
    'The path is not in a folder from which models may be read (PROBELOG_MODEL_FOLDERS).',
  );
}

/** Whether a path lies below a folder; both as the system resolves them. */
export function isWithin(root: string, path: string): boolean {
  const step = relative(root, path);
  return step !== '' && step !== '..' && !step.startsWith(`..${sep}`) && !step.startsWith(sep);
}
