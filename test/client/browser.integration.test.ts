import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page as OpenPage } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO, type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { findChromium, requires } from '../fixtures/requires.js';

const BUILT = fileURLToPath(new URL('../../dist/src/client/', import.meta.url));

/** What the page of the site has for the tests: the client. */
const PAGE = `<!doctype html><title>a site</title>
  <script type="module">
    import * as probelog from '/client/index.js';
    globalThis.probelog = probelog;
  </script>`;

interface Page {
  probelog: typeof import('../../src/client/index.js');
}

/** What a worker does with the client, for the page that started it. */
const WORKER = `
  import { createClient } from '/client/index.js';
  self.onmessage = async ({ data: url }) => {
    const names = [];
    for await (const { node } of createClient({ url }).models()) names.push(node.name);
    self.postMessage(names);
  };`;

const inBrowser = it.runIf(requires('chromium'));
let demo: DemoService;
let site: Server;
let browser: Browser;
let page: OpenPage;
const faults: string[] = [];
beforeAll(async () => {
  site = await openSite();
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  demo = await openDemoService({ PROBELOG_CORS_ORIGINS: origin });
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128');
  // The first concept waits for the background of all, seconds of work on a busy machine.
  await demo.ask('{ logits(concept: "dog", first: 1) { edges { cursor } } }');
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  page = await browser.newPage();
  page.setDefaultTimeout(100_000);
  page.on('pageerror', ({ message }) => faults.push(message));
  await page.goto(origin);
});
afterAll(async () => {
  await browser?.close();
  await demo?.close();
  site?.close();
});

/** Another site than the server: a page, the client as it was built, and nothing else. */
async function openSite(): Promise<Server> {
  const server = createServer(async ({ url = '/' }, response) => {
    const file = /^\/client\/([\w/-]+\.js)$/.exec(url)?.[1];
    if (file) response.setHeader('content-type', 'text/javascript').end(await readFile(join(BUILT, file)));
    else if (url === '/worker.js') response.setHeader('content-type', 'text/javascript').end(WORKER);
    else response.setHeader('content-type', 'text/html').end(PAGE);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

inBrowser('a page of another site, which is listed, reads page after page of logits', async () => {
  const found = await page.evaluate(async (url) => {
    const { createClient } = (globalThis as unknown as Page).probelog;
    const ids: string[] = [];
    for await (const { node } of createClient({ url }).logits('dog', { first: 120 })) ids.push(node.id);
    return ids;
  }, demo.server.url);
  expect(new Set(found).size).toBe(120);
  const { data } = await demo.ask('{ logits(concept: "dog", first: 3) { edges { node { id } } } }');
  expect(found.slice(0, 3)).toEqual(data.logits.edges.map(({ node }: { node: { id: string } }) => node.id));
  expect(faults).toEqual([]);
});

inBrowser('it registers a model and follows its progress as events', async () => {
  const { states, stage } = await page.evaluate(
    async ({ url, source }) => {
      const { createClient } = (globalThis as unknown as Page).probelog;
      const states: string[] = [];
      const input = { name: 'from a page', version: '1', source };
      const ended = await createClient({ url }).ingest(input, {
        onProgress: ({ state }) => states.push(state),
      });
      return { states, stage: ended.stage };
    },
    { url: demo.server.url, source: join(DEMO, 'models/cifar10_resnet20.onnx') },
  );
  expect(stage).toBe('DONE');
  expect(states.length).toBeGreaterThan(2);
  expect(faults).toEqual([]);
});

inBrowser('a worker does the same', async () => {
  const names = await page.evaluate(`new Promise((resolve, reject) => {
    const worker = new Worker('/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(${JSON.stringify(demo.server.url)});
  })`);
  expect(names).toContain('mobilenet_v1_0.25_128');
});

inBrowser('an error has its code there, too', async () => {
  const code = await page.evaluate(async (url) => {
    const { createClient, isProbelogError } = (globalThis as unknown as Page).probelog;
    const thrown = await createClient({ url })
      .model('nonsense')
      .catch((thrown: unknown) => thrown);
    return isProbelogError(thrown) ? thrown.code : 'none';
  }, demo.server.url);
  expect(code).toBe('ID_INVALID');
});
