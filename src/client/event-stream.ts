import { badAnswer } from './answer-error.js';
import { ProbelogClientError } from './client-error.js';

/** The server sends a comment every 12 s. If a stream is silent for this long, something on the way holds it back. */
const SILENT_MS = 40_000;
/** The server's events are shorter. */
const MAX_CHARACTERS = 2 ** 20;

/** One event. */
export interface StreamEvent {
  type: string;
  data: string;
}

/**
 * The events of a body, by the HTML standard, section 9.2.6 (server-sent events). Ids and retry times are ignored. Unlike in the
 * standard, an event without data counts: the one that ends a stream has none.
 *
 * @param silentMs maximum time between bytes
 * @throws ProbelogClientError BAD_ANSWER, TIMEOUT; the errors of a broken connection
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silentMs = SILENT_MS,
): AsyncGenerator<StreamEvent, void, undefined> {
  let event = { type: 'message', data: '' };
  for await (const line of lines(body, silentMs)) {
    if (line === '') {
      if (event.data !== '' || event.type !== 'message')
        yield { ...event, data: event.data.replace(/\n$/, '') };
      event = { type: 'message', data: '' };
      continue;
    }
    const [, field, value] = /^([^:]*):? ?([\s\S]*)$/.exec(line) ?? [];
    if (field === 'event') event.type = value;
    if (field === 'data') event.data += `${value}\n`;
    if (event.data.length > MAX_CHARACTERS) throw badAnswer('The stream has an event without an end.');
  }
}

async function* lines(
  body: ReadableStream<Uint8Array>,
  silentMs: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of pieces(body, silentMs)) {
    // A carriage return at the end may be the first half of a line end.
    const text = rest + decoder.decode(bytes, { stream: true });
    const complete = text.split(/\r\n|\n|\r(?!$)/);
    rest = complete.pop() ?? '';
    if (rest.length > MAX_CHARACTERS) throw badAnswer('The stream has a line without an end.');
    yield* complete;
  }
  if (rest.endsWith('\r')) yield rest.slice(0, -1);
}

async function* pieces(
  body: ReadableStream<Uint8Array>,
  silentMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(silentMs, reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    // Ends the request if the reader leaves early; whether that succeeds does not matter.
    reader.cancel().catch(() => undefined);
  }
}

async function within<T>(ms: number, awaited: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<never>((_, reject) => {
    const late = () => reject(new ProbelogClientError('TIMEOUT', `The stream was silent for ${ms} ms.`));
    timer = setTimeout(late, ms);
  });
  try {
    return await Promise.race([awaited, silent]);
  } finally {
    clearTimeout(timer);
  }
}
