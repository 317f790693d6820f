import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { ProbelogError } from '../../errors/index.js';

/**
 * Resolves a local model path, links included, and checks that it lies in an allowed folder.
 *
 * Threat model: whoever may call the mutation names the path. Without the check they could test which files exist
 * and copy any readable ONNX file into the registry. Links are resolved first, so that a link inside an allowed
 * folder does not lead out of it.
 *
 * @param folders allowed folders; undefined allows every path
 * @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_FORBIDDEN (the same for missing and existing paths outside)
 */
export async function checkFolder(path: string, folders: readonly string[] | undefined): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (folders !== undefined) {
    const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
    const inside = roots.some((root) => root !== undefined && real !== undefined && isWithin(root, real));
    if (!inside) {
      throw new ProbelogError(
        'SOURCE_FORBIDDEN',
        'The path is not in a folder from which models may be read (PROBELOG_MODEL_FOLDERS).',
      );
    }
  }
  if (real === undefined) throw new ProbelogError('SOURCE_NOT_FOUND', `There is no file ${path}.`);
  return real;
}

function isWithin(root: string, path: string): boolean {
  const step = relative(root, path);
  return step !== '' && step !== '..' && !step.startsWith(`..${sep}`) && !step.startsWith(sep);
}
