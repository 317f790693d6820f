import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { DEMO } from '../fixtures/demo-service.js';
import { floats, model } from '../probing/support/encode-onnx.js';
import { meanColorGraph } from '../probing/support/made-models.js';
import { startLoopback } from '../registries/loopback.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { brokenRules, imagesLoaded } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const PERSON = join(DEMO, 'models', 'mlperf_vww_96.onnx');
const ui = openUi(async () => undefined, { PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1' });

/** 12 MB: more than one piece. */
async function heavyModel(): Promise<string> {
  const plain = meanColorGraph({});
  const ballast = floats('ballast', [3_000_000], Array(3_000_000).fill(0));
  const path = join(await temporaryFolder(), 'heavy.onnx');
  await writeFile(path, model({ ...plain, initializers: [...(plain.initializers ?? []), ballast] }));
  return path;
}

const choose = (page: Page, ...files: string[]) => page.locator('input[type=file]').setInputFiles(files);
const added = (page: Page) => page.getByRole('link', { name: 'Open the model' });

describe.runIf(HAS_BROWSER)('adding a model', () => {
  it('from a file: shows what is assumed, takes corrections, follows the ingest, and leads to the model', async () => {
    const { page, faults, elsewhere } = await ui.tab();
    await page.goto(ui.url);
    await page.getByRole('link', { name: 'Add a model' }).click();
    await choose(page, PERSON);
    await page.waitForURL(/add\?upload=/);
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    await page.getByText('PREPROCESSING_ASSUMED').waitFor();
    await page.getByText('The model sees 96 × 96 pixels.').waitFor();
    const seen = page.locator('probelog-probe-previews img.seen');
    await imagesLoaded(seen);
    expect(await seen.count()).toBe(4);
    const before = await seen.first().getAttribute('src');
    const checked = page.waitForResponse((response) =>
      Boolean(response.request().postData()?.includes('"STRETCH"')),
    );
    await page.getByLabel('Resizing').selectOption('Fit, with borders');
    await page.getByLabel('Resizing').selectOption('Stretch');
    await checked;
    await page.getByLabel('Mean').fill('0.5 0.5,0.5');
    await page.getByLabel('Standard deviation').fill('nonsense');
    await page.keyboard.press('Tab');
    expect(await page.getByLabel('Standard deviation').inputValue()).toBe('0.229, 0.224, 0.225');
    expect(before).toMatch(/^data:image\/png;base64,/);

    expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('mlperf_vww_96');
    await page.getByLabel('Labels, one in each line').fill('no person\nperson\nsurplus');
    await page.getByRole('button', { name: 'Add a model' }).click();
    expect(
      await page
        .getByLabel('Labels, one in each line')
        .evaluate((field) => (field as unknown as { validationMessage: string }).validationMessage),
    ).toBe('There are 3 labels for 2 outputs.');
    await page.getByLabel('Labels, one in each line').fill('no person\nperson');
    await page.getByRole('button', { name: 'Add a model' }).click();
    await page.waitForURL(/add\?ingest=/);
    await added(page).waitFor();
    // A reload finds it ended.
    await page.reload();
    await added(page).click();
    await page.getByRole('link', { name: 'person', exact: true }).first().waitFor();
    const { data } = await ui.demo.ask(
      '{ model(name: "mlperf_vww_96") { preprocessing logits(first: 2) { edges { node { label } } } } }',
    );
    expect(data.model.preprocessing).toMatchObject({ resize: 'STRETCH', mean: [0.5, 0.5, 0.5] });
    expect(data.model.logits.edges[1].node.label).toBe('person');
    expect([faults, elsewhere]).toEqual([[], []]);
  });

  it('goes on with an upload after a broken connection and a reload', async () => {
    const heavy = await heavyModel();
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/add`);
    let sent = 0;
    await page.route('**/model-uploads/**', (route) => (sent++ === 0 ? route.continue() : route.abort()));
    await choose(page, heavy);
    await page.getByText('The server cannot be reached.').waitFor();
    await page.unroute('**/model-uploads/**');
    await page.reload();
    await page.getByText('8.4 MB of 12 MB sent').waitFor();
    const ranges: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') ranges.push(request.headers()['content-range'] ?? '');
    });
    await choose(page, heavy);
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    expect(ranges).toEqual([expect.stringMatching(/^bytes 8388608-/)]);
    // The same name, but another file.
    const other = join(await temporaryFolder(), 'heavy.onnx');
    await writeFile(other, await readFile(PERSON));
    await choose(page, other);
    await page.getByText('The model sees 96 × 96 pixels.').waitFor();
    expect(ranges.at(-1)).toMatch(/^bytes 0-/);
    await page.getByRole('link', { name: 'Start over' }).click();
    await page.waitForURL(/add$/);
    await page.getByLabel('Address of the ONNX file').waitFor();
  });

  it('says what is wrong with a file, and what to do', async () => {
    const folder = await temporaryFolder();
    const [text, broken] = [join(folder, 'labels.txt'), join(folder, 'broken.onnx')];
    await writeFile(text, 'a\nb');
    await writeFile(broken, 'no model');
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/add`);
    await choose(page, text);
    await page.getByText('One of the files must be the model').waitFor();
    await choose(page, broken);
    await page.getByText('Code: MODEL_NOT_ONNX').waitFor();
    await page.goto(`${ui.url}/add?upload=TW9kZWxVcGxvYWQ6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw`);
    await page.getByText('These files are not at the server any more.').waitFor();
  });

  it('from an address, and in German, by keyboard alone', async () => {
    const bytes = await readFile(PERSON);
    const server = await startLoopback((request, response) =>
      request.url === '/net.onnx' ? response.end(bytes) : response.writeHead(404).end(),
    );
    try {
      const { page, faults } = await ui.tab({ locale: 'de-DE' });
      await page.goto(`${ui.url}/add`);
      await page.getByLabel('Adresse der ONNX-Datei').focus();
      await page.keyboard.type(`${server.url}/net.onnx`);
      await page.keyboard.press('Tab');
      await page.keyboard.type('by address');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Modell öffnen' }).waitFor();
      await page.getByText('Was geschehen ist').waitFor();
      expect(faults).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it('in every look: no broken rule, and nothing sideways', async () => {
    for (const look of LOOKS) {
      const { page, faults } = await ui.tab(look);
      await page.goto(`${ui.url}/add`);
      await page.getByLabel('Address of the ONNX file').waitFor();
      expect(await brokenRules(page)).toEqual([]);
      await choose(page, PERSON);
      await page.getByRole('heading', { name: 'What was found' }).waitFor();
      await imagesLoaded(page.locator('probelog-probe-previews img'));
      expect(await brokenRules(page)).toEqual([]);
      expect(await sideways(page)).toBe(0);
      expect(faults).toEqual([]);
      await page.context().close();
    }
  });
});

// The last, because from then on the server needs a key.
describe.runIf(HAS_BROWSER)('a reader', () => {
  it('is refused, and a key that may ingest helps', async () => {
    const { apiKeys } = ui.demo.service.store;
    const reader = await createApiKey(apiKeys, { name: 'reader', scopes: ['READ'] });
    const owner = await createApiKey(apiKeys, { name: 'owner', scopes: ['READ', 'INGEST'] });
    ui.demo.service.access.keyChanged('');
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/add`);
    await choose(page, PERSON);
    await page.getByLabel('API key').fill(reader.secret);
    await page.keyboard.press('Enter');
    await page.getByText('Your key does not allow this.').waitFor();
    await page.getByLabel('API key').fill(owner.secret);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
  });
});
