import { readFile, stat } from 'node:fs/promises';
import { ProbelogError } from '../errors/index.js';
import { MOST_PICTURE_BYTES } from '../text/index.js';

/** The picture that a command line names. @throws ProbelogError INPUT_INVALID, SOURCE_NOT_FOUND */
export async function pictureOf(path: string): Promise<Buffer> {
  const facts = await stat(path).catch(() => undefined);
  if (facts && !facts.isFile()) {
    throw new ProbelogError('INPUT_INVALID', `--image is ${path}, which is no file.`);
  }
  if (facts && facts.size > MOST_PICTURE_BYTES) {
    throw new ProbelogError(
      'INPUT_INVALID',
      `--image ${path} has ${facts.size} bytes; the most is ${MOST_PICTURE_BYTES}.`,
    );
  }
  return readFile(path).catch(() => {
    throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${path}.`);
  });
}
