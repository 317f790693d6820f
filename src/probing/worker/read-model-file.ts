import { open } from 'node:fs/promises';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { describeLargeFile, otherKind } from './onnx/file-kinds.js';

/** Protobuf messages are not larger. Larger models keep their weights in other files. */
const MAX_ONNX_BYTES = 2 ** 31;

/**
 * Reads a model file.
 *
 * @throws ProbelogError MODEL_TOO_LARGE, SOURCE_NOT_FOUND; MODEL_NOT_ONNX for a larger file of another kind
 */
export async function readModelFile(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, 'r').catch((thrown) => {
    throw new ProbelogError('SOURCE_NOT_FOUND', `The model file cannot be opened: ${messageOf(thrown)}.`);
  });
  try {
    const { size } = await file.stat();
    const limit = Math.min(maxBytes, MAX_ONNX_BYTES);
    if (size > limit) {
      const kind = await describeLargeFile(size, async (offset, bytes) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, Math.max(offset, 0));
        return buffer.subarray(0, bytesRead);
      });
      if (kind !== null) throw otherKind(kind);
      throw new ProbelogError('MODEL_TOO_LARGE', `The model has ${size} bytes; the limit is ${limit}.`, {
        bytes: size,
        limit,
      });
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
