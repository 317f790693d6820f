import { jsonOf } from './ask.js';
import type { CallOptions } from './client-options.js';
import type { Connection, Request } from './connection.js';
import { retrying } from './retrying.js';

/** The server's default limit for an upload. */
const TIMEOUT_MS = 3_600_000;

/** Facts about an upload; docs/any-framework.md. */
export interface UploadOptions extends CallOptions {
  /** Digest of the probe set that was run; the server refuses responses to another. */
  digest?: string;
  /** The first dimension; required if there are as many outputs as probes. */
  layout?: 'outputs-first' | 'probes-first';
  kind?:
    | 'logits'
    | 'log_probabilities'
    | 'probabilities'
    | 'multi_label_logits'
    | 'multi_label_probabilities';
}

/** The result of an upload. */
export interface UploadedResponses {
  model: { id: string; name: string; version: string };
  status: 'READY';
  /** Whether these responses differ from the model's earlier ones. */
  changed: boolean;
  outputs: number;
  probes: number;
  coverage: number;
  degenerate: number;
}

/** Uploads responses. Repeated when the connection fails, unless they are a stream: the same upload twice changes nothing. */
export function uploadResponses(
  connection: Connection,
  modelId: string,
  data: Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>,
  { signal, ...form }: UploadOptions,
): Promise<UploadedResponses> {
  const said = new URLSearchParams(Object.entries(form).filter(([, value]) => value !== undefined));
  const send = () =>
    connection.send(
      {
        method: 'PUT',
        path: `models/${encodeURIComponent(modelId)}/responses?${said}`,
        headers: { 'content-type': 'application/octet-stream' },
        // fetch takes bytes in any buffer; its type since TypeScript 5.7 does not.
        body: data as Request['body'],
        timeoutMs: TIMEOUT_MS,
        signal,
      },
      async (response) => (await jsonOf(response)) as UploadedResponses,
    );
  const again = data instanceof ReadableStream ? 0 : connection.retries;
  return retrying(send, { retries: again, repeatable: true, signal });
}
