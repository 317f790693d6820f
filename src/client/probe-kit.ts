import { badAnswer } from './answer-error.js';
import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import { retrying } from './retrying.js';

/** The images of a probe set, for models that run elsewhere; docs/any-framework.md. */
export interface ProbeKit {
  /** The probe set's digest. */
  digest: string;
  /** Size of the archive in bytes. */
  bytes: number;
  /** A tar archive, downloaded as fast as it is read. */
  archive: ReadableStream<Uint8Array>;
}

/** Starts to download a kit. @param probeSet its id or name */
export function fetchProbeKit(
  connection: Connection,
  probeSet: string,
  { signal }: CallOptions,
): Promise<ProbeKit> {
  const path = `probe-sets/${encodeURIComponent(probeSet)}/kit.tar`;
  const send = () =>
    connection.send({ method: 'GET', path, signal }, async (response) => {
      const digest = /"([0-9a-f]{64})"/.exec(response.headers.get('etag') ?? '')?.[1];
      const bytes = Number(response.headers.get('content-length') ?? NaN);
      if (!response.body || !digest || Number.isNaN(bytes))
        throw badAnswer('The response is not a probe kit.', response);
      return { digest, bytes, archive: response.body };
    });
  return retrying(send, { retries: connection.retries, repeatable: true, signal });
}
