/** What a server sent on `/graphql/stream`, read by hand, so that nothing but the server is tested. */
export interface OpenedStream {
  status: number;
  headers: Headers;
  /** The next event; null at the end. What is cut off rejects. */
  next(): Promise<SentEvent | null>;
  /** All until the end. */
  rest(): Promise<SentEvent[]>;
  /** Everything that was sent so far. */
  text(): string;
  close(): Promise<void>;
}

export interface SentEvent {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every shape
  data: any;
}

/** @param secret a key; none when absent */
export async function openStream(
  url: string,
  body: object | string,
  headers: Record<string, string> = {},
  secret?: string,
): Promise<OpenedStream> {
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const events: SentEvent[] = [];
  let text = '';
  let seen = 0;
  async function next(): Promise<SentEvent | null> {
    for (;;) {
      const end = text.indexOf('\n\n', seen);
      if (end < 0) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
        if (done) return null;
        text += value;
        continue;
      }
      const block = text.slice(seen, end);
      seen = end + 2;
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (event !== undefined) return { event, data: data ? JSON.parse(data) : null };
    }
  }
  return {
    status: response.status,
    headers: response.headers,
    next,
    async rest() {
      for (let event = await next(); event; event = await next()) events.push(event);
      return events;
    },
    text: () => text,
    close: async () => void (await reader?.cancel()),
  };
}
