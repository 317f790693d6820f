import { readFile } from 'node:fs/promises';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { decodeText } from '../../lib/decode-text.js';

/** The content of a JSON file. @throws ProbelogError SOURCE_NOT_FOUND, INPUT_INVALID */
export async function jsonFile(path: string): Promise<unknown> {
  const text = await textFile(path);
  try {
    return JSON.parse(text);
  } catch {
    throw new ProbelogError('INPUT_INVALID', `${path} is not JSON.`);
  }
}

/**
 * The labels in a file: JSON, as a list or as `id2label` of Hugging Face models, a text with a label in each line, or a CSV table.
 *
 * @throws ProbelogError SOURCE_NOT_FOUND, INPUT_INVALID
 */
export async function labelsFile(path: string): Promise<string[]> {
  const { readLabels } = await import('../../ingest/index.js');
  const text = await textFile(path);
  try {
    return await readLabels(path, text);
  } catch (thrown) {
    if (thrown instanceof ProbelogError) throw thrown;
    throw new ProbelogError('INPUT_INVALID', `${path} is not what its name says: ${messageOf(thrown)}.`);
  }
}

async function textFile(path: string): Promise<string> {
  const bytes = await readFile(path).catch(() => {
    throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${path}.`);
  });
  return decodeText(bytes);
}
