import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { type Answer, type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { findChromium, requires } from '../fixtures/requires.js';

const inBrowser = it.runIf(requires('chromium'));
let demo: DemoService;
let browser: Browser;
beforeAll(async () => {
  demo = await openDemoService();
  const { state } = await ingestDemoModel(demo, 'mlperf_tiny_resnet');
  expect(state).toBe('SUCCEEDED');
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

inBrowser(
  'the explorer runs its first query in a real browser, and requests nothing but this server',
  async () => {
    const page = await browser.newPage();
    const faults: string[] = [];
    const elsewhere: string[] = [];
    // The first concept waits for the background of all, seconds of work on a busy machine.
    page.setDefaultTimeout(100_000);
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== demo.server.url) elsewhere.push(request.url());
    });
    const loaded = page.waitForResponse((response) =>
      (response.request().postData() ?? '').includes('__schema'),
    );
    await page.goto(`${demo.server.url}/graphql`);
    await loaded;
    const answered = page.waitForResponse((response) =>
      (response.request().postData() ?? '').includes('logits(concept'),
    );
    await page
      .locator('button', { hasText: /send request|run/i })
      .first()
      .click();
    expect((await answered).status()).toBe(200);
    await page.getByText('"score"').first().waitFor();
    expect(elsewhere).toEqual([]);
    expect(faults).toEqual([]);
  },
);

inBrowser('once there is a key, the explorer shows images of the answers that it got with it', async () => {
  const { secret } = await createApiKey(demo.service.store.apiKeys, { name: 'a reader', scopes: ['READ'] });
  demo.service.access.keyChanged('');
  const page = await browser.newPage();
  page.setDefaultTimeout(100_000);
  await page.goto(`${demo.server.url}/graphql`);
  const response = await fetch(`${demo.server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({ query: '{ concept(text: "dog") { topProbes(first: 1) { probe { url } } } }' }),
  });
  const { data } = (await response.json()) as Answer;
  const { url } = data.concept.topProbes[0].probe;
  // As wide as the image; 0 when the browser does not get it.
  const widthOf = (path: string) =>
    page.evaluate(`new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve(image.naturalWidth);
      image.onerror = () => resolve(0);
      image.src = ${JSON.stringify(path)};
    })`);
  expect(await widthOf(url)).toBeGreaterThan(0);
  expect(await widthOf(url.split('?')[0])).toBe(0);
});
