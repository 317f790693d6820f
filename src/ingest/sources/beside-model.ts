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
 * Where a file beside the model may be, as the Hugging Face Hub has it: in the model's folder or, if that is called `onnx` or is
 * the folder of a version in a Triton repository, in the one above.
 */
export function placesBeside(source: FileSource, name: string): FileSource[] {
  if (source.kind === 'URL') {
    const folder = folderOf(source.file.url);
    const folders = isInner(folder) ? [folder, folder.slice(0, folder.lastIndexOf('/'))] : [folder];
    return folders.map((place) => ({ kind: 'URL', file: { ...source.file, url: urlIn(place, name) } }));
  }
  const folder = source.named ?? dirname(source.path);
  const folders = isInner(folder) ? [folder, dirname(folder)] : [folder];
  return folders.map((place) => ({ kind: 'FILE', path: join(place, name), within: source.within }));
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
