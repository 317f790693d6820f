import type { IncomingMessage } from 'node:http';
import { ProbelogError } from '../../errors/index.js';

/** An upload that sends nothing for so long is given up. */
const STALL_MS = 60_000;

/** The content of a request, or an error when it ends before its end, or sends nothing for too long. */
export async function* wholeBody(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  request.setTimeout(STALL_MS, () => request.destroy());
  try {
    // A route that refuses the upload midway still has to reply; destroying the request would end the connection.
    yield* request.iterator({ destroyOnReturn: false });
  } catch (thrown) {
    if (request.complete) throw thrown;
    throw new ProbelogError('INPUT_INVALID', 'The upload ended before it was whole.');
  } finally {
    // Processing may take longer.
    request.setTimeout(0);
  }
}
