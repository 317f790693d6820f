import { badAnswer } from './answer-error.js';
import { ask, resultOf } from './ask.js';
import { isProbelogError, ProbelogClientError, type ProbelogErrorCode } from './client-error.js';
import type { CallOptions } from './client-options.js';
import { brokenBy, type Connection } from './connection.js';
import { readEvents } from './event-stream.js';
import {
  type IngestFactsFragment as Ingest,
  IngestDocument,
  IngestProgressDocument,
  type IngestProgressSubscription,
} from './generated/operations.js';
import { delayOf, isPassing, isRefusal, isTooLong, pause } from './retrying.js';

const POLL_MS = 2_000;
/** Failures in a row after which it gives up: about 50 s if the server does not say how long to wait. */
const MAX_FAILURES = 10;
const ENDED_WITHOUT_SUCCESS: readonly Ingest['state'][] = ['FAILED', 'NOT_APPLICABLE', 'CANCELLED'];

/** Options for following an ingest. */
export interface FollowOptions extends CallOptions {
  /** Called with the present state of the ingest, then after every change. */
  onProgress?(ingest: Ingest): void;
}

/**
 * Follows an ingest to its end. Each stream of events starts with the present state, so nothing is missed when a broken
 * connection is opened again. Without a stream, the ingest is polled.
 *
 * @returns the ingest, once its model can be searched
 * @throws ProbelogClientError the code of the ingest's own error; INGEST_CANCELLED; NOT_FOUND
 */
export async function followIngest(
  connection: Connection,
  id: string,
  { onProgress, signal }: FollowOptions,
): Promise<Ingest> {
  for await (const ingest of states(connection, id, signal)) {
    onProgress?.(ingest);
    if (ingest.state === 'SUCCEEDED') return ingest;
    if (ENDED_WITHOUT_SUCCESS.includes(ingest.state)) throw endOf(ingest);
  }
  throw badAnswer('The ingest did not end.');
}

async function* states(connection: Connection, id: string, signal?: AbortSignal): AsyncGenerator<Ingest> {
  let next = streamed;
  let last: string | undefined;
  let failures = 0;
  let turns = 0;
  for (;;) {
    let heard = false;
    let wait: number | undefined;
    try {
      for await (const ingest of next(connection, id, signal)) {
        heard = true;
        failures = 0;
        const now = JSON.stringify(ingest);
        if (now === last) continue;
        turns = 0;
        last = now;
        yield ingest;
      }
      // A stream that ends before the ingest was cut off. One without any event is not ProbeLog's.
      if (!heard) next = polled;
    } catch (thrown) {
      if (!isProbelogError(thrown)) throw thrown;
      if (next === streamed && hasNoStream(thrown)) next = polled;
      else if (!isPassing(thrown) && !isRefusal(thrown)) throw thrown;
      else wait = thrown.retryAfterSeconds;
      if (isTooLong(wait) || ++failures >= MAX_FAILURES) throw thrown;
    }
    await pause(delayOf(turns++, wait), signal);
  }
}

/** Whether only the stream is unavailable, and not the server. */
function hasNoStream({ code, status }: { code: string; status?: number }): boolean {
  return (
    code === 'BAD_ANSWER' ||
    code === 'TIMEOUT' ||
    code === 'SERVER_BUSY' ||
    (code === 'NOT_FOUND' && status === 404)
  );
}

async function* streamed(connection: Connection, id: string, signal?: AbortSignal): AsyncGenerator<Ingest> {
  const request = {
    method: 'POST' as const,
    path: 'graphql/stream',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: String(IngestProgressDocument), variables: { id } }),
    signal,
  };
  const body = await connection.send(request, async (response) => {
    if (response.body && response.headers.get('content-type')?.startsWith('text/event-stream'))
      return response.body;
    throw badAnswer('The response is not an event stream.', response);
  });
  try {
    for await (const { type, data } of readEvents(body)) {
      if (type === 'complete') return;
      if (type === 'next') yield resultOf<IngestProgressSubscription>(parsed(data)).ingestProgress;
    }
  } catch (thrown) {
    throw brokenBy(thrown, signal);
  }
}

async function* polled(connection: Connection, id: string, signal?: AbortSignal): AsyncGenerator<Ingest> {
  for (;;) {
    const { ingest } = await ask(connection, IngestDocument, { id }, { signal });
    if (!ingest) throw new ProbelogClientError('NOT_FOUND', 'There is no ingest with this id.');
    yield ingest;
    await pause(POLL_MS, signal);
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (thrown) {
    throw badAnswer('The stream has an event that is not JSON.', undefined, thrown);
  }
}

function endOf({ id, state, error }: Ingest): ProbelogClientError {
  const code = error?.code ?? (state === 'CANCELLED' ? 'INGEST_CANCELLED' : 'INTERNAL');
  const message = error?.message ?? `The ingest is ${state}.`;
  return new ProbelogClientError(code as ProbelogErrorCode, message, { details: { ingest: id, state } });
}
