import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { DEMO, type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { findChromium, requires } from '../fixtures/requires.js';
import { brokenRules, openTab } from './open-page.js';

let demo: DemoService;
let browser: Browser;
let url: string;
const HAS_BROWSER = requires('chromium');
beforeAll(async () => {
  if (!HAS_BROWSER) return;
  demo = await openDemoService();
  url = demo.server.url;
  await ingestDemoModel(demo, 'cifar10_resnet20');
  const broken = join(tmpdir(), `queue-page-${process.pid}.onnx`);
  await writeFile(broken, 'no model');
  await ingestDemoModel(demo, '<b>broken</b>', { source: broken });
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

describe.runIf(HAS_BROWSER)('the queue', () => {
  it('says what went wrong and what to do, and retries', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [320, 1280]) {
        const look = { colorScheme, viewport: { width, height: 800 } };
        const { page, faults } = await openTab(browser, url, look);
        await page.goto(`${url}/queue`);
        await page.getByRole('link', { name: '<b>broken</b> 1' }).waitFor();
        expect(await brokenRules(page)).toEqual([]);
        expect(
          await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
        ).toBe(0);
        expect(faults).toEqual([]);
        await page.context().close();
      }
    }
    const { page } = await openTab(browser, url);
    await page.goto(url);
    await page.getByRole('link', { name: 'Queue' }).click();
    await page.getByLabel('Show').selectOption('Failed');
    await page.waitForURL(/queue\?shows=FAILED/);
    await page.getByText('1 ingest', { exact: true }).waitFor();
    expect(await page.locator('probelog-queue-page .tag').textContent()).toMatch(/^[A-Z_]+$/);
    const retried = page.waitForResponse((response) =>
      Boolean(response.request().postData()?.includes('retryIngest')),
    );
    await page.getByRole('button', { name: 'Try again: <b>broken</b>' }).click();
    expect(await (await retried).json()).not.toHaveProperty('errors');
  });

  it('follows an ingest until it can be cancelled', async () => {
    const { page } = await openTab(browser, url);
    await page.goto(`${url}/queue?shows=UNFINISHED`);
    await demo.ask('mutation Ingest($input: IngestModelInput!) { ingestModel(input: $input) { id } }', {
      input: { name: 'slow', version: '1', source: join(DEMO, 'models', 'mobilenet_v1_0.25_128.onnx') },
    });
    await page.reload();
    await page.getByRole('button', { name: 'Cancel: slow' }).click();
    await page.getByRole('link', { name: 'slow 1' }).waitFor({ state: 'detached' });
    await page.goto(`${url}/queue`);
    await page.getByText(/^cancelled/).waitFor();
  });
});

// The last, because from then on the server needs a key.
describe.runIf(HAS_BROWSER)('the queue of a reader', () => {
  it('offers nothing that the key does not allow', async () => {
    const { secret } = await createApiKey(demo.service.store.apiKeys, { name: 'reader', scopes: ['READ'] });
    demo.service.access.keyChanged('');
    const { page } = await openTab(browser, url);
    await page.goto(`${url}/queue`);
    await page.getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'cifar10_resnet20 1' }).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
  });
});
