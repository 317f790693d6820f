import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { globalId } from '../../src/graphql/index.js';
import { createProbeSet } from '../../src/probing/index.js';
import type { RunningServer } from '../../src/server/index.js';
import { type HungServer, openHungServer } from './support/hung-server.js';
import { askAt, openSmallServer, type SmallServer } from './support/small-server.js';

/** Noise of so many pixels a side is more than the buffers of a connection hold. */
const SIDE = 2_500;

let small: SmallServer;
let server: RunningServer;
let query: string;
let nextSearch: HungServer['nextSearch'];
beforeAll(async () => {
  small = await openSmallServer();
  const { service, folder } = small.small;
  ({ server, query, nextSearch } = await openHungServer(small, await small.model('one')));
  await mkdir(join(folder, 'large'));
  const raw = { width: SIDE, height: SIDE, channels: 3 as const };
  await sharp(randomBytes(SIDE * SIDE * 3), { raw })
    .png()
    .toFile(join(folder, 'large', 'noise.png'));
  await createProbeSet(service.store, {
    name: 'large',
    source: join(folder, 'large'),
    limits: { maxPixels: SIDE * SIDE },
  });
});
afterAll(async () => {
  await server?.close();
  await small?.close();
});

const post = (): ClientRequest =>
  request(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' } }).on(
    'error',
    () => undefined,
  );
/** The one operation at a time that the server takes is free. */
const isFree = async () => (await askAt(server.url, '{ __typename }')).status === 200;

describe('a client that goes away', () => {
  it('while its operation is worked on ends its searches, and gives its place free', async () => {
    const search = nextSearch();
    const sent = post();
    sent.end(JSON.stringify({ query }));
    const signal = await search;
    expect(await isFree()).toBe(false);
    sent.destroy();
    await expect.poll(() => signal.aborted).toBe(true);
    await expect.poll(isFree).toBe(true);
  });

  it('from its WebSocket does so, too', async () => {
    const search = nextSearch();
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    socket.once('message', () =>
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } })),
    );
    const signal = await search;
    expect(await isFree()).toBe(false);
    socket.terminate();
    await expect.poll(() => signal.aborted).toBe(true);
    await expect.poll(isFree).toBe(true);
  });

  it('in the middle of its own request takes no place', async () => {
    const sent = post();
    sent.setHeader('content-length', 1_000);
    sent.write('{"query":');
    expect(await isFree()).toBe(true);
    sent.destroy();
    expect(await isFree()).toBe(true);
  });

  it('in the middle of an answer of GraphQL leaves nothing behind', async () => {
    const introspection = `{ __schema { types { name description fields { name description args { name } } } } }`;
    const body = JSON.stringify({ query: introspection });
    const { port } = new URL(server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(
          `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        ),
      );
      socket.once('data', () => socket.resetAndDestroy());
      socket.once('close', () => resolve()).on('error', () => undefined);
    });
    await expect.poll(isFree).toBe(true);
  });

  it.each(['the image of a probe', 'a kit'])('in the middle of %s leaves no file open', async (what) => {
    const { store } = small.small.service;
    const probeSet = await store.probeSets.byName('large');
    const [probe] = await store.probeSets.probes(probeSet?.id ?? '');
    const path = what === 'a kit' ? '/probe-sets/large/kit.tar' : `/probes/${globalId('Probe', probe.id)}`;
    const opened = vi.spyOn(store.blobs, 'stream');
    try {
      await new Promise<void>((resolve) => {
        const sent = request(server.url + path, (response) => {
          response.once('data', () => response.destroy());
          response.once('close', () => resolve());
        });
        sent.on('error', () => undefined).end();
      });
      const streams = opened.mock.results.map(({ value }) => value);
      expect(streams).toHaveLength(1);
      await expect.poll(() => streams[0].closed).toBe(true);
      expect(streams[0].bytesRead).toBeLessThan(SIDE * SIDE * 3);
    } finally {
      opened.mockRestore();
    }
    expect(await isFree()).toBe(true);
  });
});
