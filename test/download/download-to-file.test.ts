import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { downloadToFile } from '../../src/download/index.js';
import { type Loopback, sendFile, startLoopback } from '../registries/loopback.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));
const DIGEST = createHash('sha256').update(CONTENT).digest('hex');
const KEY = 'a'.repeat(64);
const LIMITS = { privateAddresses: ['127.0.0.1'], stallMs: 1_000, maxBytes: 1_000_000 };

let server: Loopback | undefined;
afterEach(() => server?.close());

async function serve(listener: RequestListener): Promise<string> {
  server = await startLoopback(listener);
  return server.url;
}

/** Sends this much of the file, then breaks the connection once it has arrived. */
function breakAfter(bytes: number, folder: string, headers: Record<string, string>): RequestListener {
  return (_, response) => {
    response.writeHead(200, { ...headers, 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, bytes));
    arrived(folder, bytes).then(() => response.destroy());
  };
}

/** Waits until a part in the folder has this many bytes. */
async function arrived(folder: string, bytes: number): Promise<void> {
  for (;;) {
    for (const name of await readdir(folder)) {
      if (name.endsWith('.part') && (await stat(join(folder, name))).size >= bytes) return;
    }
    await pause(5);
  }
}

const ranges = () => server?.requests.map(({ headers }) => headers.range);
const fetched = (url: string, folder: string, signal?: AbortSignal, limits = LIMITS) =>
  downloadToFile({ url }, { folder, key: KEY }, limits, signal);

it('leaves a whole file and nothing else', async () => {
  const folder = await temporaryFolder();
  const url = await serve((request, response) => sendFile(request, response, CONTENT, '"v1"'));
  const { path, digest, bytes } = await fetched(url, folder);
  expect([digest, bytes]).toEqual([DIGEST, CONTENT.length]);
  expect(await readFile(path)).toEqual(CONTENT);
  expect(await readdir(folder)).toHaveLength(1);
});

it('goes on where the connection broke, again and again', async () => {
  const folder = await temporaryFolder();
  let breaks = 0;
  const url = await serve((request, response) => {
    if (breaks === 2) return sendFile(request, response, CONTENT, '"v1"');
    const first = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
    response.writeHead(first === 0 ? 200 : 206, {
      etag: '"v1"',
      'content-length': CONTENT.length - first,
      ...(first > 0 && { 'content-range': `bytes ${first}-${CONTENT.length - 1}/${CONTENT.length}` }),
    });
    breaks++;
    response.write(CONTENT.subarray(first, first + 30_000));
    arrived(folder, first + 30_000).then(() => response.destroy());
  });
  expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST });
  expect(ranges()).toEqual([undefined, 'bytes=30000-', 'bytes=60000-']);
  expect(server?.requests.at(-1)?.headers['if-range']).toBe('"v1"');
});

it('goes on in a later call, another process for example', async () => {
  const folder = await temporaryFolder();
  const stop = new AbortController();
  let broken = false;
  const url = await serve((request, response) => {
    if (broken) return sendFile(request, response, CONTENT, '"v1"');
    response.writeHead(200, { etag: '"v1"', 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 40_000));
    arrived(folder, 40_000).then(() => stop.abort(new Error('stopped')));
    broken = true;
  });
  await expect(fetched(url, folder, stop.signal)).rejects.toThrow('stopped');
  expect(await readdir(folder)).toHaveLength(2);
  expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST, bytes: CONTENT.length });
  expect(ranges()).toEqual([undefined, 'bytes=40000-']);
  expect(await readdir(folder)).toHaveLength(1);
});

it('begins anew when the file has changed meanwhile', async () => {
  const folder = await temporaryFolder();
  const changed = Buffer.from(CONTENT).reverse();
  const first = breakAfter(40_000, folder, { etag: '"v1"' });
  let asked = 0;
  const url = await serve((request, response) =>
    asked++ === 0 ? first(request, response) : sendFile(request, response, changed, '"v2"'),
  );
  const { path } = await fetched(url, folder);
  expect(await readFile(path)).toEqual(changed);
});

it('begins anew when the server cannot continue', async () => {
  const folder = await temporaryFolder();
  const first = breakAfter(40_000, folder, { etag: '"v1"' });
  let asked = 0;
  const url = await serve((request, response) =>
    asked++ === 0 ? first(request, response) : response.writeHead(200, { etag: '"v1"' }).end(CONTENT),
  );
  expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST });
});

it('does not put together what the server names by halves', async () => {
  const folder = await temporaryFolder();
  const first = breakAfter(40_000, folder, { etag: '"v1"' });
  let asked = 0;
  const url = await serve((request, response) => {
    if (asked++ === 0) return first(request, response);
    if (asked === 2) {
      // Another part than was asked for.
      response.writeHead(206, { etag: '"v1"', 'content-range': `bytes 10-99999/100000` });
      return response.end(CONTENT.subarray(10));
    }
    return sendFile(request, response, CONTENT, '"v1"');
  });
  await expect(fetched(url, folder)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ['a weak ETag', { etag: 'W/"v1"' }],
  ['no name of the version', {}],
  ['a date of this minute', { 'last-modified': new Date().toUTCString() }],
])('gives up on a broken connection with %s, and leaves nothing', async (_, headers) => {
  const folder = await temporaryFolder();
  const url = await serve(breakAfter(40_000, folder, headers as Record<string, string>));
  await expect(fetched(url, folder)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  expect(server?.requests).toHaveLength(1);
  expect(await readdir(folder)).toEqual([]);
});

it('goes on by an old date as well', async () => {
  const folder = await temporaryFolder();
  const modified = 'Wed, 21 Oct 2015 07:28:00 GMT';
  const first = breakAfter(40_000, folder, { 'last-modified': modified });
  let asked = 0;
  const url = await serve((request, response) => {
    if (asked++ === 0) return first(request, response);
    const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0]);
    response.writeHead(206, {
      'last-modified': modified,
      'content-range': `bytes ${from}-99999/100000`,
    });
    response.end(CONTENT.subarray(from));
  });
  expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST });
  expect(server?.requests[1].headers['if-range']).toBe(modified);
});

it('needs nothing more when everything had come', async () => {
  const folder = await temporaryFolder();
  const part = join(folder, `${KEY}-left.part`);
  await writeFile(part, CONTENT);
  await writeFile(part.replace('.part', '.json'), JSON.stringify({ validator: '"v1"' }));
  const url = await serve((request, response) => sendFile(request, response, CONTENT, '"v1"'));
  expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST, bytes: CONTENT.length });
  expect(ranges()).toEqual(['bytes=100000-']);
});

it.each([
  ['damaged', '{'],
  ['missing', null],
])('does not trust a left part whose note is %s', async (_, note) => {
  const folder = await temporaryFolder();
  const part = join(folder, `${KEY}-left.part`);
  await writeFile(part, 'something else');
  if (note !== null) await writeFile(part.replace('.part', '.json'), note);
  const url = await serve((request, response) => sendFile(request, response, CONTENT, '"v1"'));
  expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST });
  expect(ranges()).toEqual([undefined]);
});

it('counts what came before against the limit', async () => {
  const folder = await temporaryFolder();
  const limits = { ...LIMITS, maxBytes: 60_000 };
  let asked = 0;
  const url = await serve((request, response) => {
    // No length is declared at first, so that it must be counted.
    if (asked++ === 0) {
      response.writeHead(200, { etag: '"v1"' });
      response.write(CONTENT.subarray(0, 40_000));
      return arrived(folder, 40_000).then(() => response.destroy());
    }
    return sendFile(request, response, CONTENT, '"v1"');
  });
  await expect(fetched(url, folder, undefined, limits)).rejects.toMatchObject({ code: 'MODEL_TOO_LARGE' });
  expect(await readdir(folder)).toEqual([]);
});
