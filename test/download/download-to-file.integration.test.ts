import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type DownloadLimits,
  downloadToFile,
  guardedFetch,
  readSmall,
  sourceMayRecover,
} from '../../src/download/index.js';
import { type Loopback, sendFile, startLoopback } from '../registries/loopback.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));
const DIGEST = createHash('sha256').update(CONTENT).digest('hex');
const KEY = 'a'.repeat(64);
const LIMITS: DownloadLimits = { privateAddresses: ['127.0.0.1'], stallMs: 1_000, maxBytes: 1_000_000 };

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

it('leaves the complete file and nothing else', async () => {
  const folder = await temporaryFolder();
  const url = await serve((request, response) => sendFile(request, response, CONTENT, '"v1"'));
  const { path, digest, bytes } = await fetched(url, folder);
  expect([digest, bytes]).toEqual([DIGEST, CONTENT.length]);
  expect(await readFile(path)).toEqual(CONTENT);
  expect(await readdir(folder)).toHaveLength(1);
});

it('continues after every broken connection', async () => {
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

it('continues in a later call, such as in another process', async () => {
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

it('starts again when the file changed meanwhile', async () => {
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

it('starts again when the server does not support ranges', async () => {
  const folder = await temporaryFolder();
  const first = breakAfter(40_000, folder, { etag: '"v1"' });
  let asked = 0;
  const url = await serve((request, response) =>
    asked++ === 0 ? first(request, response) : response.writeHead(200, { etag: '"v1"' }).end(CONTENT),
  );
  expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST });
});

it('does not join parts with weak validators', async () => {
  const folder = await temporaryFolder();
  const first = breakAfter(40_000, folder, { etag: '"v1"' });
  let asked = 0;
  const url = await serve((request, response) => {
    if (asked++ === 0) return first(request, response);
    if (asked === 2) {
      // Not the requested part.
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

it('continues by a date that is old enough', async () => {
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

it('requests nothing more when the part is complete', async () => {
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

it('counts earlier parts against the limit', async () => {
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

describe('a server that sends less than requested', () => {
  /** Breaks the first answer after 40,000 bytes, then sends what `part` makes of the place to go on from. */
  async function afterBreak(
    folder: string,
    part: (first: number, response: ServerResponse) => void,
  ): Promise<string> {
    const first = breakAfter(40_000, folder, { etag: '"v1"' });
    return serve((request, response) => {
      if (request.headers.range === undefined) return first(request, response);
      response.setHeader('etag', '"v1"');
      part(Number(/\d+/.exec(request.headers.range)?.[0]), response);
    });
  }
  const piece = (from: number, to: number, total: number | '*') => `bytes ${from}-${to - 1}/${total}`;

  it('gets requests for the rest, piece by piece', async () => {
    const folder = await temporaryFolder();
    const url = await afterBreak(folder, (first, response) => {
      const end = Math.min(first + 25_000, CONTENT.length);
      response.writeHead(206, { 'content-range': piece(first, end, CONTENT.length) });
      response.end(CONTENT.subarray(first, end));
    });
    expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST, bytes: CONTENT.length });
    expect(ranges()).toEqual([undefined, 'bytes=40000-', 'bytes=65000-', 'bytes=90000-']);
  });

  it('gets requests until it has no more, if it does not send the size', async () => {
    const folder = await temporaryFolder();
    const url = await afterBreak(folder, (first, response) => {
      if (first === CONTENT.length) {
        response.writeHead(416, { 'content-range': `bytes */${CONTENT.length}` }).end();
        return;
      }
      response.writeHead(206, { 'content-range': piece(first, CONTENT.length, '*') });
      response.end(CONTENT.subarray(first));
    });
    expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST });
    expect(ranges()).toEqual([undefined, 'bytes=40000-', 'bytes=100000-']);
  });

  it('gets another request when a part ends before its announced end', async () => {
    const folder = await temporaryFolder();
    let short = true;
    const url = await afterBreak(folder, (first, response) => {
      response.writeHead(206, { 'content-range': piece(first, CONTENT.length, CONTENT.length) });
      // In chunks, so that nothing but the range tells that bytes are missing.
      response.end(CONTENT.subarray(first, short ? first + 10_000 : CONTENT.length));
      short = false;
    });
    expect(await fetched(url, folder)).toMatchObject({ digest: DIGEST });
    expect(ranges()).toEqual([undefined, 'bytes=40000-', 'bytes=50000-']);
  });

  it('is left to a later attempt when it sends nothing', { timeout: 15_000 }, async () => {
    const folder = await temporaryFolder();
    const url = await afterBreak(folder, (first, response) => {
      response.writeHead(206, { 'content-range': piece(first, CONTENT.length, CONTENT.length) }).end();
    });
    await expect(fetched(url, folder)).rejects.toSatisfy(sourceMayRecover);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it.each([
    ['more than it announced', (first: number) => [piece(first, first + 10, CONTENT.length), 20] as const],
    ['a part that cannot be', (first: number) => [piece(first, first, CONTENT.length), 0] as const],
    ['a part behind the end', (first: number) => [piece(first, first + 20, first + 10), 20] as const],
  ])('fails with %s, and leaves nothing', async (_, lie) => {
    const folder = await temporaryFolder();
    const url = await afterBreak(folder, (first, response) => {
      const [range, bytes] = lie(first);
      response.writeHead(206, { 'content-range': range }).end(CONTENT.subarray(first, first + bytes));
    });
    await expect(fetched(url, folder)).rejects.toSatisfy(sourceMayRecover);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a slow source', () => {
  const pace = { graceMs: 500, minRate: 1_000_000, maxMs: 60_000 };
  const drip: RequestListener = (_, response) => {
    response.writeHead(200, { etag: '"v1"', 'content-length': CONTENT.length });
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  };

  it.each([
    ['slower than it may', pace, 'bytes/s'],
    ['longer than it may', { ...pace, minRate: 0, maxMs: 500 }, 'longer than 0.5 s'],
  ])('%s is given up, and gone on with later', async (_, limits, reason) => {
    const folder = await temporaryFolder();
    const url = await serve(drip);
    await expect(fetched(url, folder, undefined, { ...LIMITS, pace: limits })).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: expect.stringContaining(reason),
    });
    expect(server?.requests).toHaveLength(1);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('also fails small reads and those of registry clients', async () => {
    const url = await serve(drip);
    const limits = { ...LIMITS, pace };
    const at = { origin: url, headers: () => ({}), advice: '' };
    await expect(readSmall({ url }, limits)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    await expect(guardedFetch(at, limits)(url)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });
});
