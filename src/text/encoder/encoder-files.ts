import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';

/** The files of a folder in CLIP's layout. Without one, transformers.js fails with an unhelpful message. */
export const ENCODER_FILES = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'preprocessor_config.json',
  'onnx/text_model.onnx',
  'onnx/vision_model.onnx',
];

/** @throws ProbelogError TEXT_ENCODER_UNAVAILABLE naming the first file that is missing, or that cannot be what its name says */
export async function checkEncoderFolder(folder: string): Promise<void> {
  for (const file of ENCODER_FILES) {
    if (!(await exists(join(folder, file)))) {
      throw new ProbelogError(
        'TEXT_ENCODER_UNAVAILABLE',
        `The text encoder's folder has no ${file}. Set PROBELOG_TEXT_ENCODER to a folder with ${ENCODER_FILES.join(', ')}.`,
        { missing: file },
      );
    }
    const problem = await problemOf(join(folder, file));
    if (problem !== null)
      throw new ProbelogError(
        'TEXT_ENCODER_UNAVAILABLE',
        `The file ${file} of the text encoder cannot be used: ${problem}. Copy it again from where the encoder came from.`,
        { damaged: file },
      );
  }
}

async function problemOf(path: string): Promise<string | null> {
  const facts = await stat(path);
  if (!facts.isFile()) return 'it is not a file';
  if (facts.size === 0) return 'it is empty';
  try {
    if (path.endsWith('.json')) JSON.parse(await readFile(path, 'utf8'));
    return null;
  } catch (thrown) {
    return thrown instanceof SyntaxError ? 'it is not JSON' : `it cannot be read (${messageOf(thrown)})`;
  }
}

/** Identifies an encoder by the SHA-256 of its files. */
export async function encoderFingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ENCODER_FILES) {
    hash.update(`${file}\0`);
    for await (const chunk of createReadStream(join(folder, file))) hash.update(chunk as Buffer);
  }
  return `sha256:${hash.digest('hex')}`;
}

/**
 * Lists the files of an encoder on the Hugging Face Hub that are not in the cache. transformers.js keeps them in a folder
 * with the repository's name; revisions other than main have a subfolder.
 */
export async function missingHubFiles(model: string, cacheFolder: string): Promise<string[]> {
  const [id, revision = 'main'] = model.split('@');
  const folder = join(cacheFolder, id, revision === 'main' ? '' : revision);
  const missing = await Promise.all(
    ENCODER_FILES.map(async (file) => ((await exists(join(folder, file))) ? [] : [file])),
  );
  return missing.flat();
}
