import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';

/** Where one half of an encoder is: the half that embeds texts, or the one that embeds images. */
export interface Tower {
  /** Folder of its configuration within the encoder's, empty for the encoder's own. */
  folder: string;
  /** Name of its file in `onnx/`, without `.onnx`. */
  file: string;
  /** Whether its weights are in a second file, `<file>.onnx_data`. */
  hasDataFile: boolean;
}

/** The two towers of an encoder. */
export interface Towers {
  text: Tower;
  vision: Tower;
}

const TOWER_FILES = {
  text: ['config.json', 'tokenizer.json', 'tokenizer_config.json'],
  vision: ['config.json', 'preprocessor_config.json'],
} as const;

/** The towers of a repository on the Hub, and of a folder like it. */
export const HUB_TOWERS: Towers = {
  text: { folder: '', file: 'text_model', hasDataFile: false },
  vision: { folder: '', file: 'vision_model', hasDataFile: false },
};

/**
 * Finds the towers of a folder: both in it, as CLIP, SigLIP and MobileCLIP are published for transformers.js, or each in a folder of its
 * own, `text` and `vision`, where the text tower comes from elsewhere, such as a multilingual one. transformers.js fails with unhelpful
 * messages.
 *
 * @throws ProbelogError TEXT_ENCODER_UNAVAILABLE naming the first file that is missing, or that cannot be what its name says
 */
export async function findTowers(folder: string): Promise<Towers> {
  const isPair = (await exists(join(folder, 'text'))) || (await exists(join(folder, 'vision')));
  const towers = {
    text: await towerIn(folder, isPair ? 'text' : '', 'text'),
    vision: await towerIn(folder, isPair ? 'vision' : '', 'vision'),
  };
  for (const file of filesOf(towers)) {
    const problem = await problemOf(join(folder, file));
    if (problem !== null)
      throw new ProbelogError(
        'TEXT_ENCODER_UNAVAILABLE',
        `The file ${file} of the text encoder cannot be used: ${problem}. Copy it again from where the encoder came from.`,
        { damaged: file },
      );
  }
  return towers;
}

async function towerIn(root: string, folder: string, kind: keyof Towers): Promise<Tower> {
  const isThere = (file: string) => exists(join(root, folder, file));
  const named = `${kind}_model`;
  // A tower in a folder of its own may be called as any other model.
  const alone = folder !== '' && !(await isThere(`onnx/${named}.onnx`));
  const file = alone ? 'model' : named;
  for (const wanted of [...TOWER_FILES[kind], `onnx/${file}.onnx`]) {
    if (await isThere(wanted)) continue;
    const missing = join(folder, wanted);
    throw new ProbelogError(
      'TEXT_ENCODER_UNAVAILABLE',
      `The text encoder's folder has no ${missing}. Set PROBELOG_TEXT_ENCODER to a folder with ${filesOf(HUB_TOWERS).join(', ')}; or with two folders, text and vision, which have these files each for its tower.`,
      { missing },
    );
  }
  return { folder, file, hasDataFile: await isThere(`onnx/${file}.onnx_data`) };
}

/** The files of both towers, from the encoder's folder. Those of one folder keep the order in which fingerprints read them. */
function filesOf({ text, vision }: Towers): string[] {
  const of = ({ folder, file, hasDataFile }: Tower, described: readonly string[]) => ({
    described: described.map((name) => join(folder, name)),
    weights: [`${file}.onnx`, ...(hasDataFile ? [`${file}.onnx_data`] : [])].map((name) =>
      join(folder, 'onnx', name),
    ),
  });
  const [texts, images] = [of(text, TOWER_FILES.text), of(vision, TOWER_FILES.vision)];
  return [...new Set([...texts.described, ...images.described, ...texts.weights, ...images.weights])];
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
export async function encoderFingerprint(folder: string, towers: Towers): Promise<string> {
  const hash = createHash('sha256');
  for (const file of filesOf(towers)) {
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
    filesOf(HUB_TOWERS).map(async (file) => ((await exists(join(folder, file))) ? [] : [file])),
  );
  return missing.flat();
}
