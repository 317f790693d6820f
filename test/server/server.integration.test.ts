import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { DEMO, type DemoService, openDemoService } from '../fixtures/demo-service.js';

let demo: DemoService;
beforeAll(async () => {
  demo = await openDemoService();
});
afterAll(() => demo.close());

describe('probe images', () => {
  it('are served as they were stored, to be kept for ever', async () => {
    const { data } = await demo.ask('{ concept(text: "dog") { topProbes(first: 1) { probe { url } } } }');
    const { url } = data.concept.topProbes[0].probe;
    const response = await fetch(demo.server.url + url);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(new Uint8Array(await response.arrayBuffer()).subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));
    const etag = response.headers.get('etag') ?? '';
    const again = await fetch(demo.server.url + url, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it.each(['nonsense', '..%2f..%2fetc%2fpasswd'])('refuses /probes/%s', async (id) => {
    const response = await fetch(`${demo.server.url}/probes/${id}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'ID_INVALID' } });
  });
});

describe('the server', () => {
  it('says whether it is well: it lives, and reaches its database', async () => {
    const ask = async (path: string) => {
      const response = await fetch(`${demo.server.url}/${path}`);
      return [response.status, ((await response.json()) as { status: string }).status];
    };
    expect(await Promise.all(['livez', 'health', 'readyz'].map(ask))).toEqual([
      [200, 'ok'],
      [200, 'ok'],
      [200, 'ready'],
    ]);
    const down = vi.spyOn(demo.service.store, 'ping').mockRejectedValue(new Error('no connection'));
    expect(await Promise.all(['livez', 'health', 'readyz'].map(ask))).toEqual([
      [200, 'ok'],
      [503, 'unavailable'],
      [503, 'unavailable'],
    ]);
    down.mockRestore();
  });

  it('answers what it does not know with JSON', async () => {
    const response = await fetch(`${demo.server.url}/nothing`);
    expect(response.status).toBe(404);
    const message = 'There is nothing at GET /nothing. GraphQL is at /graphql.';
    const remedy = 'Check the id, and that this caller may see the object.';
    expect(await response.json()).toEqual({ error: { code: 'NOT_FOUND', message, remedy } });
  });

  it('gives browsers the explorer, with nothing from elsewhere', async () => {
    const response = await fetch(`${demo.server.url}/graphql`, { headers: { accept: 'text/html' } });
    const page = await response.text();
    expect(page).toContain('Altair');
    expect(page).not.toMatch(/(src|href)="https?:/);
    const [, script] = /<script[^>]* src="([^"]+)"/.exec(page) ?? expect.fail();
    expect((await fetch(`${demo.server.url}/explorer/${script}`)).status).toBe(200);
  });

  it('refuses a body that is too large or no JSON', async () => {
    const send = (body: string) =>
      fetch(`${demo.server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
    expect((await send('x'.repeat(17 * 2 ** 20))).status).toBe(413);
    expect((await send('{')).status).toBe(400);
  });

  it('refuses simple cross-site requests', async () => {
    const response = await fetch(`${demo.server.url}/graphql?query={probeSets{name}}`);
    expect(response.status).toBe(400);
  });
});

describe('ingestProgress', () => {
  it('tells of every stage until the model can be searched', async () => {
    const { data } = await demo.ask(
      'mutation M($input: IngestModelInput!) { ingestModel(input: $input) { id } }',
      { input: { name: 'cifar', version: '1', source: join(DEMO, 'models/cifar10_resnet20.onnx') } },
    );
    const url = `${demo.server.url.replace('http', 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: WebSocket });
    const seen: { state: string; stage: string }[] = [];
    const query =
      'subscription S($id: ID!) { ingestProgress(id: $id) { state stage progress { done total } model { status } } }';
    for await (const { data: event } of client.iterate({ query, variables: { id: data.ingestModel.id } })) {
      seen.push((event as { ingestProgress: { state: string; stage: string } }).ingestProgress);
    }
    await client.dispose();
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toMatchObject({
      state: 'SUCCEEDED',
      stage: 'DONE',
      progress: { done: 480 },
      model: { status: 'READY' },
    });
  });

  it('is refused to pages of other sites', async () => {
    const url = `${demo.server.url.replace('http', 'ws')}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws', { origin: 'https://elsewhere.example' });
    await expect(
      new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)),
    ).rejects.toThrow('401');
  });
});
