import { expect, it } from 'vitest';
import { readEvents, type StreamEvent } from '../../src/client/event-stream.js';

async function eventsOf(...pieces: (string | Uint8Array)[]): Promise<StreamEvent[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
  const events: StreamEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

it('reads events, whatever the ends of their lines, and no comments', async () => {
  const text =
    ':\n\nevent: next\ndata: {"a":1}\n\n:ping\n\ndata:one\ndata: two\n\nevent: complete\ndata:\n\n';
  const expected = [
    { type: 'next', data: '{"a":1}' },
    { type: 'message', data: 'one\ntwo' },
    { type: 'complete', data: '' },
  ];
  for (const end of ['\n', '\r\n', '\r'])
    expect(await eventsOf(text.replaceAll('\n', end)), end).toEqual(expected);
});

it('reads them wherever they were cut in pieces', async () => {
  const bytes = new TextEncoder().encode('event: next\r\ndata: {"name":"żółw 🐢"}\r\n\r\n');
  const whole = await eventsOf(bytes);
  expect(whole).toEqual([{ type: 'next', data: '{"name":"żółw 🐢"}' }]);
  for (let cut = 1; cut < bytes.length; cut++)
    expect(await eventsOf(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toEqual(whole);
});

it('leaves out an event that was cut off', async () => {
  expect(await eventsOf('event: next\ndata: {}\n\nevent: next\ndata: {"half')).toEqual([
    { type: 'next', data: '{}' },
  ]);
});

it('gives up on an event without an end', async () => {
  const long = 'x'.repeat(2 ** 20);
  await expect(eventsOf(`data: ${long}`, long)).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  await expect(eventsOf(`data: ${long}\n`, `data: ${long}\n`)).rejects.toMatchObject({ code: 'BAD_ANSWER' });
});

it('gives up on a stream that is held back on the way, and ends it', async () => {
  let ended = false;
  const body = new ReadableStream<Uint8Array>({
    cancel() {
      ended = true;
    },
  });
  await expect(readEvents(body, 20).next()).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(ended).toBe(true);
});
