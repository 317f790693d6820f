import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { download } from '../../src/download/index.js';

const limits = { privateAddresses: ['127.0.0.1'], stallMs: 500, maxBytes: 1_000 };
let server: Server | undefined;

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

async function read(url: string, overrides = {}): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of download({ url }, { ...limits, ...overrides })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('download', () => {
  it('streams the body, following redirects', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/model') response.writeHead(302, { location: '/there' }).end();
      else response.end('bytes');
    });
    expect(await read(`${url}/model`)).toBe('bytes');
  });

  it('refuses a private literal address and a name that resolves to one', async () => {
    const url = await serve((_, response) => response.end('inside'));
    await expect(read(url, { privateAddresses: [] })).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    const named = url.replace('127.0.0.1', 'localhost');
    await expect(read(named, { privateAddresses: [] })).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });

  it.each([
    'http://10.0.0.7/x',
    'http://169.254.169.254/latest',
    'http://[::1]/',
    'http://[::ffff:10.0.0.7]/',
    'http://[::10.0.0.7]/',
    'http://[::2]/',
    'http://[4000::1]/',
    'http://[2002:a00:7::1]/',
    'http://168.63.129.16/machine',
    'http://[::ffff:168.63.129.16]/',
  ])('refuses a redirect to %s', async (location) => {
    const url = await serve((_, response) => response.writeHead(307, { location }).end());
    await expect(read(url)).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });

  it('refuses a redirect to another scheme', async () => {
    const url = await serve((_, response) =>
      response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    );
    await expect(read(url)).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });

  it('gives up on endless redirects', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(read(url)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });

  it('tells a missing file from a failing server', async () => {
    const url = await serve((request, response) => {
      response.writeHead(request.url === '/gone' ? 404 : 500).end();
    });
    await expect(read(`${url}/gone`)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    await expect(read(`${url}/broken`)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });

  it('gives up on a server that stops sending', async () => {
    const url = await serve((_, response) => response.writeHead(200).write('a'));
    await expect(read(url)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });

  it('refuses more bytes than allowed, declared or sent', async () => {
    const body = 'x'.repeat(1_001);
    const url = await serve((request, response) => {
      if (request.url === '/declared') response.setHeader('content-length', body.length);
      response.write(body.slice(0, 600));
      response.end(body.slice(600));
    });
    await expect(read(`${url}/declared`)).rejects.toMatchObject({ code: 'MODEL_TOO_LARGE' });
    await expect(read(`${url}/sent`)).rejects.toMatchObject({ code: 'MODEL_TOO_LARGE' });
  });

  it('never repeats the query of a URL, which may hold a token', async () => {
    const url = await serve((_, response) => response.writeHead(500).end());
    await expect(read(`${url}/m?token=hunter2`)).rejects.toMatchObject({
      message: expect.not.stringContaining('hunter2'),
    });
  });
});
