import { join } from 'node:path';
import { exists } from '../../lib/exists.js';
import { ENCODER_FILES } from './encoder-files.js';

/**
 * Which files of an encoder of the Hugging Face Hub are not in the cache. transformers.js keeps them below the repository's
 * name, and those of another revision than main in a folder of that.
 */
export async function missingHubFiles(model: string, cacheFolder: string): Promise<string[]> {
  const [id, revision = 'main'] = model.split('@');
  const folder = join(cacheFolder, id, revision === 'main' ? '' : revision);
  const missing = await Promise.all(
    ENCODER_FILES.map(async (file) => ((await exists(join(folder, file))) ? [] : [file])),
  );
  return missing.flat();
}
