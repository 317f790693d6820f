import { readFile, stat } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import { MAX_IMAGE_BYTES } from '../../text/index.js';

/** The picture that a command line names. @throws ProbelogError INPUT_INVALID, SOURCE_NOT_FOUND */
export async function readImage(path: string): Promise<Buffer> {
  const facts = await stat(path).catch(() => undefined);
  if (facts && !facts.isFile()) {
    throw new ProbelogError('INPUT_INVALID', `--image is ${path}, which is no file.`);
  }
  if (facts && facts.size > MAX_IMAGE_BYTES) {
    throw new ProbelogError(
      'INPUT_INVALID',
      `--image ${path} has ${facts.size} bytes; the most is ${MAX_IMAGE_BYTES}.`,
    );
  }
  return readFile(path).catch(() => {
    throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${path}.`);
  });
}
