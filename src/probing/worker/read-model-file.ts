import { open } from 'node:fs/promises';
import { messageOf, ProbelogError } from '../../errors/index.js';

/**
 * Reads a model file.
 *
 * @throws ProbelogError MODEL_TOO_LARGE, SOURCE_NOT_FOUND
 */
export async function readModelFile(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, 'r').catch((thrown) => {
    throw new ProbelogError('SOURCE_NOT_FOUND', `The model file cannot be opened: ${messageOf(thrown)}.`);
  });
  try {
    const { size } = await file.stat();
    if (size > maxBytes)
      throw new ProbelogError('MODEL_TOO_LARGE', `The model has ${size} bytes; the limit is ${maxBytes}.`, {
        bytes: size,
        limit: maxBytes,
      });
    return await file.readFile();
  } finally {
    await file.close();
  }
}
