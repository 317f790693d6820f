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

/** Starts to download the image of a probe. @param probeId its id */
export function fetchProbeImage(
  connection: Connection,
  probeId: string,
  { signal }: CallOptions,
): Promise<ProbeImage> {
  const path = `probes/${encodeURIComponent(probeId)}`;
  const send = () =>
    connection.send({ method: 'GET', path, signal }, async (response) => {
      const mediaType = response.headers.get('content-type') ?? '';
      if (!response.body || !mediaType.startsWith('image/'))
        throw badAnswer('The response is not an image.', response);
      return { mediaType, image: response.body };
    });
  return retrying(send, { retries: connection.retries, repeatable: true, signal });
}
