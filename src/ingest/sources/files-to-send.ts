import { basename } from 'node:path';
import type { DownloadLimits } from '../../download/index.js';
import type { DataReference } from '../../probing/index.js';
import { ownFile } from './beside-model.js';
import { checkLocalPath } from './local-files.js';
import type { FileSource } from './parse-source.js';
import { ABOVE, sidecarFiles } from './sidecar-files.js';
import { labelFiles, TRITON_CONFIG } from './sidecar-labels.js';
import { PREPROCESSING_FILES } from './sidecar-preprocessing.js';

/** A file of a model, and the name under which an upload has it: at a path of this machine, or a small one as text. */
export type FileToSend = { name: string; path: string } | { name: string; text: string };

/** Files that are read beside a model, besides those with labels. */
const DESCRIPTIONS = [...PREPROCESSING_FILES, TRITON_CONFIG, 'MLmodel', 'manifest.json'];

/**
 * The files that an ingest of a model of this machine would read: its own, its data files, and those beside it that describe it. No
 * others: a folder may hold anything.
 *
 * @param dataFiles lists the data files of a model
 * @throws ProbelogError SOURCE_NOT_FOUND; as `dataFiles`
 */
export async function filesToSend(
  path: string,
  dataFiles: (path: string) => Promise<readonly DataReference[]>,
  limits: DownloadLimits,
): Promise<FileToSend[]> {
  const local = await checkLocalPath(path, undefined);
  const source: FileSource = { kind: 'FILE', ...local };
  const found: FileToSend[] = [{ name: basename(path), path: local.path }];
  for (const { location } of await dataFiles(local.path)) {
    const own = await ownFile(source, location);
    if (own.kind === 'FILE') found.push({ name: location, path: own.path });
  }
  const files = sidecarFiles(source, limits);
  const names = new Set([...DESCRIPTIONS, ...(await labelFiles(files))]);
  for (const { name } of found) names.delete(name);
  for (const name of names) {
    // An upload is one folder, where the file nearest to the model has the name.
    const text = name.startsWith(ABOVE) ? undefined : await files.read(name);
    if (text !== undefined) found.push({ name, text });
  }
  return found;
}
