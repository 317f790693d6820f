import { decodeFloat16, parseNpyHeader } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { BlobStore } from '../../store/index.js';

/** No header that we write is longer. */
const HEADER_BYTES = 256;

/**
 * The stored responses of one logit, read on their own out of the model's matrix.
 *
 * They are scaled by a power of two that all responses of the model share (see `float16Exponent`).
 *
 * @throws ProbelogError BLOB_MISSING
 */
export async function readResponseRow(
  blobs: BlobStore,
  digest: string,
  output: number,
): Promise<Float32Array> {
  const { shape, dataOffset } = parseNpyHeader(await blobs.readAll(digest, HEADER_BYTES));
  const [outputs, probes] = shape;
  if (output >= outputs) throw new ProbelogError('BLOB_MISSING', 'The stored responses have no such output.');
  const bytes = await blobs.read(digest, { offset: dataOffset + output * probes * 2, length: probes * 2 });
  return decodeFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, probes));
}
