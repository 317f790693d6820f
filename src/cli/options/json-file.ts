import { readFile } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';

/** The content of a JSON file. @throws ProbelogError SOURCE_NOT_FOUND, INPUT_INVALID */
export async function jsonFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${path}.`);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new ProbelogError('INPUT_INVALID', `${path} is not JSON.`);
  }
}

/** The labels in a JSON file: a list, or `id2label` as Hugging Face models have it. @throws ProbelogError as {@link jsonFile} */
export async function labelsFile(path: string): Promise<string[]> {
  const { parseLabels } = await import('../../ingest/index.js');
  return parseLabels(await jsonFile(path));
}
