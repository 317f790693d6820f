import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ProbelogError } from '../../../errors/index.js';
import { type DataReference, MAX_DATA_FILES } from '../../data-location.js';
import type { ModelData } from '../../protocol.js';
import { readModel } from './read-model.js';

/**
 * The files that a model keeps weights in, each once.
 *
 * @throws ProbelogError as `readModel`; MODEL_EXTERNAL_DATA also when the model names one in a way that is not allowed
 */
export function dataFilesOf(file: Uint8Array): DataReference[] {
  const files = new Map<string, DataReference>();
  readModel(file, (reference) => {
    const known = files.get(reference.location);
    if (known && known.sha1 !== null && reference.sha1 !== null && known.sha1 !== reference.sha1)
      throw new ProbelogError(
        'MODEL_EXTERNAL_DATA',
        `The model has two checksums for ${JSON.stringify(reference.location)}. Save the model again.`,
        { location: reference.location },
      );
    files.set(reference.location, {
      location: reference.location,
      bytes: Math.max(known?.bytes ?? 0, reference.bytes),
      sha1: known?.sha1 ?? reference.sha1,
    });
    if (files.size > MAX_DATA_FILES)
      throw new ProbelogError(
        'MODEL_EXTERNAL_DATA',
        `The model keeps its weights in more than ${MAX_DATA_FILES} files. Save it with all weights in one file.`,
        { limit: MAX_DATA_FILES },
      );
    return Number.POSITIVE_INFINITY;
  });
  return [...files.values()];
}

/** The sizes of a model's data files by location; those that are no files are left out. */
export function sizesOf({ folder, locations }: ModelData): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const location of locations) {
    const facts = lstatSync(join(folder, location), { throwIfNoEntry: false });
    if (facts?.isFile()) sizes.set(location, facts.size);
  }
  return sizes;
}
