import { badAnswer } from './answer-error.js';
import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import { retrying } from './retrying.js';

/** The image of a probe. */
export interface ProbeImage {
  /** Such as image/jpeg. */
  mediaType: string;
  /** The image file, downloaded as fast as it is read. */
  image: ReadableStream<Uint8Array>;
}

/** How an image is fetched. */
export interface ProbeImageOptions extends CallOptions {
  /** Pixels of the longer edge of a thumbnail as WebP; the image as it is stored if absent. */
  size?: 64 | 128 | 256;
}

/** Starts to download the image of a probe. @param probeId its id */
export function fetchProbeImage(
  connection: Connection,
  probeId: string,
  { size, signal }: ProbeImageOptions,
): Promise<ProbeImage> {
  const path = `probes/${encodeURIComponent(probeId)}${size === undefined ? '' : `?size=${size}`}`;
  const send = () =>
    connection.send({ method: 'GET', path, signal }, async (response) => {
      const mediaType = response.headers.get('content-type') ?? '';
      if (!response.body || !mediaType.startsWith('image/'))
        throw badAnswer('The response is not an image.', response);
      return { mediaType, image: response.body };
    });
  return retrying(send, { retries: connection.retries, repeatable: true, signal });
}
