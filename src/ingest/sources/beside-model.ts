import { dirname, join } from 'node:path';
import { linkedPath } from './local-files.js';
import type { FileSource } from './parse-source.js';

/**
 * The file with this relative name in the model's own folder. A local one must be a file of that folder, not a link: the model
 * chooses the name, so a link could lead to any file of this machine. Only where the model itself is a link, as in the cache of
 * huggingface_hub, may it be one to a file beside the model's real file.
 *
 * @param location checked, with `/` between folders
 */
export async function ownFile(source: FileSource, location: string): Promise<FileSource> {
  if (source.kind === 'URL')
    return { kind: 'URL', file: { ...source.file, url: urlIn(folderOf(source.file.url), location) } };
  const real = dirname(source.path);
  const folder = source.named ?? real;
  const path = join(folder, location);
  if (source.named !== undefined) {
    const linked = await linkedPath(path);
    if (dirname(linked) === real) return { kind: 'FILE', path: linked, within: real };
  }
  return { kind: 'FILE', path, within: folder };
}

/**
 * The folders in which files may be that describe the model, as the Hugging Face Hub has them: the model's own, and if that is
 * called `onnx` or is the folder of a version in a Triton repository, the one above. Where Triton's `1/model.onnx` is a folder, the one
 * above the version.
 *
 * @returns paths, or URLs without a slash at the end
 */
export function foldersBeside(source: FileSource): string[] {
  const folder = source.kind === 'URL' ? folderOf(source.file.url) : (source.named ?? dirname(source.path));
  const parent = (path: string) =>
    source.kind === 'URL' ? path.slice(0, path.lastIndexOf('/')) : dirname(path);
  if (isTritonFile(folder)) return [folder, parent(parent(folder))];
  return isInner(folder) ? [folder, parent(folder)] : [folder];
}

/** Where a file beside the model may be: see {@link foldersBeside}. */
export function placesBeside(source: FileSource, name: string): FileSource[] {
  return foldersBeside(source).map((folder) =>
    source.kind === 'URL'
      ? { kind: 'URL', file: { ...source.file, url: urlIn(folder, name) } }
      : { kind: 'FILE', path: join(folder, name), within: source.within },
  );
}

/** Without a query, which belongs to the model's file. */
function folderOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.slice(0, pathname.lastIndexOf('/'));
}

function urlIn(folder: string, location: string): string {
  return `${folder}/${location.split('/').map(encodeURIComponent).join('/')}`;
}

/** `onnx` of a Hub repository, or the number of a version in a Triton repository. */
function isInner(folder: string): boolean {
  return /[/\\](onnx|\d{1,9})$/.test(folder);
}

/** Triton's `1/model.onnx` as a folder, for a model with data files. */
function isTritonFile(folder: string): boolean {
  return /[/\\]\d{1,9}[/\\][^/\\]+\.onnx$/.test(folder);
}
