import { readFile } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';

/** What stands in a JSON file that a command line names. @throws ProbelogError SOURCE_NOT_FOUND, INPUT_INVALID */
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
