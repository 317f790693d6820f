import { messageOf, ProbelogError } from '../../errors/index.js';
import { note } from '../../lib/notes.js';
import { parseJson } from '../../lib/parse-json.js';
import {
  isTimmConfig,
  type PartialPreprocessing,
  parsePreprocessing,
  preprocessingDifferences,
} from '../../probing/index.js';
import { parseYaml } from './read-labels.js';
import { ABOVE, type SidecarFiles } from './sidecar-files.js';

/** How a model's images are prepared, as something beside the model says. */
export interface FoundPreprocessing {
  /** In a form that `parsePreprocessing` reads; null when nothing describes it. */
  document: unknown;
  /** About descriptions that say otherwise, and were not followed. */
  notes: string[];
}

/**
 * Files that may describe the preprocessing, in order of preference, and whether a document is such a description. transformers 5
 * reads `processor_config.json` first, too (`get_image_processor_dict`).
 */
const FILES: readonly [name: string, describes: (document: object) => boolean][] = [
  ['processor_config.json', (document) => 'image_processor' in document],
  ['preprocessor_config.json', () => true],
  ['config.json', isTimmConfig],
  ['inference.yml', (document) => 'PreProcess' in document],
];
export const PREPROCESSING_FILES: readonly string[] = FILES.map(([name]) => name);

/** A description, and where it is. */
interface Description {
  where: string;
  document: unknown;
  parsed: PartialPreprocessing;
}

/**
 * The description of the preprocessing in the files beside the model, or in its registry; the first one counts. Those that say
 * otherwise are named in notes.
 *
 * @param where what to call the registry
 * @param registered what it itself says; undefined when it says nothing
 * @throws ProbelogError PREPROCESSING_INVALID that names the file and the place: a model with wrong pixels is never found, so a
 * broken description is not the same as none
 */
export async function sidecarPreprocessing(
  files: SidecarFiles,
  where: string,
  registered: unknown,
): Promise<FoundPreprocessing> {
  const found: Description[] = [];
  const notes: string[] = [];
  if (registered !== undefined) found.push(described(where, registered));
  const listed = new Set(await files.names());
  for (const [name, describes] of FILES)
    for (const file of [name, ABOVE + name].filter((one) => one === name || listed.has(one))) {
      const text = await files.read(file);
      if (text === undefined) continue;
      const document = await parsedFile(file, text);
      const isDescription = typeof document === 'object' && document !== null && describes(document);
      if (!isDescription && name !== 'preprocessor_config.json') continue;
      try {
        found.push(described(file, document));
      } catch (thrown) {
        if (found.length === 0 || !(thrown instanceof ProbelogError)) throw thrown;
        notes.push(note('FILE_NOT_READ', `${found[0].where} was read, not ${thrown.message}`));
      }
    }
  const [first, ...others] = found;
  if (!first) return { document: null, notes };
  for (const other of others) {
    const differences = preprocessingDifferences(first.parsed, other.parsed);
    if (differences.length > 0) notes.push(disagreement(first.where, other.where, differences));
  }
  return { document: first.document, notes };
}

function disagreement(used: string, other: string, differences: readonly string[]): string {
  return note(
    'SOURCES_DISAGREE',
    `${used} and ${other} describe different preprocessing. ${used} was used; ${other} says ${differences.join('; ')}.`,
  );
}

function described(where: string, document: unknown): Description {
  try {
    return { where, document, parsed: parsePreprocessing(document) };
  } catch (thrown) {
    if (!(thrown instanceof ProbelogError)) throw thrown;
    throw new ProbelogError(thrown.code, `${where}: ${thrown.message}`, { ...thrown.details, file: where });
  }
}

async function parsedFile(name: string, text: string): Promise<unknown> {
  try {
    return name.endsWith('.yml') ? await parseYaml(text) : parseJson(text);
  } catch (thrown) {
    throw new ProbelogError(
      'PREPROCESSING_INVALID',
      `${name}, beside the model, cannot be read: ${firstLine(messageOf(thrown))}. Correct it, or describe the preprocessing in the ingest request.`,
      { file: name },
    );
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0].replace(/[.:]$/, '');
}
