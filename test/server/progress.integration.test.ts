import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type CuttingProxy, openCuttingProxy } from '../fixtures/cutting-proxy.js';
import { DEMO, type DemoService, openDemoService, preprocessingOf } from '../fixtures/demo-service.js';
import { openStream } from './support/open-stream.js';

const FIELDS = '{ id state stage progress { done total } model { status } }';
const query = `subscription S($id: ID!) { ingestProgress(id: $id) ${FIELDS} }`;

interface Seen {
  id: string;
  state: string;
  stage: string;
  progress: { done: number; total: number };
}

let demo: DemoService;
let proxy: CuttingProxy;
beforeAll(async () => {
  demo = await openDemoService();
  proxy = await openCuttingProxy(demo.server.url);
});
afterAll(async () => {
  await proxy.close();
  await demo.close();
});

async function begin(version: string): Promise<string> {
  const source = join(DEMO, 'models/mobilenet_v1_0.5_160.onnx');
  const { data } = await demo.ask(
    'mutation M($input: IngestModelInput!) { ingestModel(input: $input) { id } }',
    { input: { name: 'watched', version, source, preprocessing: preprocessingOf('mobilenet_v1_0.5_160') } },
  );
  return data.ingestModel.id;
}

async function asked(id: string): Promise<Seen> {
  return (await demo.ask(`query Q($id: ID!) { ingest(id: $id) ${FIELDS} }`, { id })).data.ingest;
}

const TRANSPORTS: Record<string, (id: string) => AsyncGenerator<Seen>> = {
  async *'a WebSocket'(id) {
    const url = `${proxy.url.replace('http', 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
    try {
      for await (const { data } of client.iterate<{ ingestProgress: Seen }>({ query, variables: { id } }))
        if (data) yield data.ingestProgress;
    } finally {
      await client.dispose();
    }
  },
  async *'an event stream'(id) {
    const stream = await openStream(proxy.url, { query, variables: { id } });
    for (let event = await stream.next(); event?.event === 'next'; event = await stream.next())
      yield event.data.data.ingestProgress;
  },
};

it.each(Object.keys(TRANSPORTS))(
  'by %s, a connection that breaks in the middle loses nothing: the next begins with how things stand',
  async (name) => {
    const watch = TRANSPORTS[name];
    const id = await begin(name);
    const before: Seen[] = [];
    const broken = (async () => {
      for await (const ingest of watch(id)) {
        before.push(ingest);
        if (ingest.progress.done > 0) proxy.cut();
      }
    })();
    await expect(broken).rejects.toBeDefined();
    expect(before.at(-1)).toMatchObject({ state: 'RUNNING', stage: 'PROBING' });

    const after: Seen[] = [];
    for await (const ingest of watch(id)) after.push(ingest);
    expect(after[0].progress.done).toBeGreaterThanOrEqual(before.at(-1)?.progress.done ?? 0);
    expect(after.at(-1)).toMatchObject({
      state: 'SUCCEEDED',
      stage: 'DONE',
      progress: { done: 480, total: 480 },
    });
    expect(after.at(-1)).toEqual(await asked(id));

    const late: Seen[] = [];
    for await (const ingest of watch(id)) late.push(ingest);
    expect(late).toEqual([after.at(-1)]);
  },
);

it('asking now and then ends with the same', async () => {
  const id = await begin('polled');
  let last = await asked(id);
  while (last.state !== 'SUCCEEDED') {
    expect(['QUEUED', 'RUNNING']).toContain(last.state);
    await new Promise((resolve) => setTimeout(resolve, 50));
    last = await asked(id);
  }
  for (const watch of Object.values(TRANSPORTS)) {
    const seen: Seen[] = [];
    for await (const ingest of watch(id)) seen.push(ingest);
    expect(seen).toEqual([last]);
  }
});
