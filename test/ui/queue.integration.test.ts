import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { DEMO, ingestDemoModel } from '../fixtures/demo-service.js';
import { brokenRules } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, 'cifar10_resnet20');
  const broken = join(tmpdir(), `queue-page-${process.pid}.onnx`);
  await writeFile(broken, 'no model');
  await ingestDemoModel(demo, '<b>broken</b>', { source: broken });
});

describe.runIf(HAS_BROWSER)('the queue', () => {
  it('says what went wrong and what to do, and retries', async () => {
    for (const look of LOOKS) {
      const { page, faults } = await ui.tab(look);
      await page.goto(`${ui.url}/queue`);
      await page.getByRole('link', { name: '<b>broken</b> 1' }).waitFor();
      expect(await brokenRules(page)).toEqual([]);
      expect(await sideways(page)).toBe(0);
      expect(faults).toEqual([]);
      await page.context().close();
    }
    const { page } = await ui.tab();
    await page.goto(ui.url);
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
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/queue?shows=UNFINISHED`);
    await ui.demo.ask('mutation Ingest($input: IngestModelInput!) { ingestModel(input: $input) { id } }', {
      input: { name: 'slow', version: '1', source: join(DEMO, 'models', 'mobilenet_v1_0.25_128.onnx') },
    });
    await page.reload();
    await page.getByRole('button', { name: 'Cancel: slow' }).click();
    await page.getByRole('link', { name: 'slow 1' }).waitFor({ state: 'detached' });
    await page.goto(`${ui.url}/queue`);
    await page.getByText(/^cancelled/).waitFor();
  });
});

// The last, because from then on the server needs a key.
describe.runIf(HAS_BROWSER)('the queue of a reader', () => {
  it('offers nothing that the key does not allow', async () => {
    const { secret } = await createApiKey(ui.demo.service.store.apiKeys, {
      name: 'reader',
      scopes: ['READ'],
    });
    ui.demo.service.access.keyChanged('');
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/queue`);
    await page.getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'cifar10_resnet20 1' }).waitFor();
    expect(await page.locator('main').getByRole('button').count()).toBe(0);
  });
});
