import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { DEMO, ingestDemoModel } from '../fixtures/demo-service.js';
import { brokenRules, imagesLoaded } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const BUILT = fileURLToPath(new URL('../../dist/ui/', import.meta.url));
const KIB = 1024;
/** Labels come from strangers. */
const HOSTILE = ['<img src=x onerror=alert(1)>', '\u202Eevil\u202C', 'x'.repeat(1_000)];

const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128', {
    license: 'Apache-2.0',
    labels: JSON.parse(await readFile(`${DEMO}models/mobilenet_v1_0.25_128.labels.json`, 'utf8')),
  });
  await ingestDemoModel(demo, 'cifar10_resnet20', { labels: [...HOSTILE, ...'abcdefg'] });
});

const cards = (page: Page) => page.locator('probelog-answer-card');
const search = (page: Page) => page.getByRole('combobox', { name: 'What should a model recognize?' });

describe.runIf(HAS_BROWSER)('the search', () => {
  it('finds outputs while a query is typed, with the keyboard alone, and goes back to where it was', async () => {
    const { page, faults, elsewhere } = await ui.tab();
    await page.goto(ui.url);
    await page.getByText('can be searched.').waitFor();
    await search(page).focus();
    await page.keyboard.type('cat');
    await page.getByText('What "cat" looks like here').waitFor();
    const first = cards(page).first().locator('h3');
    expect(await first.textContent()).toMatch(/cat/);
    expect(page.url()).toBe(`${ui.url}/?q=cat`);
    expect(await page.title()).toBe('cat – ProbeLog');

    await page.keyboard.press('Enter');
    await cards(page).first().getByRole('link').first().focus();
    await page.keyboard.press('Enter');
    await page.getByText('Responds most to').waitFor();
    expect(page.url()).toContain('/output?name=');
    await page.goBack();
    await page.getByText('What "cat" looks like here').waitFor();
    expect(await search(page).inputValue()).toBe('cat');
    await page.reload();
    await page.getByText('What "cat" looks like here').waitFor();
    expect(faults).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it('keeps filters in the address, combines them, and offers to remove them', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(`${ui.url}/?q=cat`);
    await cards(page).first().waitFor();
    await page.getByRole('checkbox', { name: /Apache-2\.0/ }).check();
    await page.waitForURL(/license=Apache-2\.0/);
    await page.getByRole('textbox', { name: 'Model name contains' }).fill('no such model');
    await page.keyboard.press('Enter');
    await page.getByText('No result with these filters.').waitFor();
    await page.getByRole('button', { name: 'Remove all filters' }).first().click();
    await cards(page).first().waitFor();
    expect(page.url()).toBe(`${ui.url}/?q=cat`);
    await page.goBack();
    await page.getByText('No result with these filters.').waitFor();
    expect(faults).toEqual([]);
  });

  it('lists models, of a query and without one', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/?q=cat&of=models`);
    const rows = page.getByRole('row');
    await rows.nth(1).waitFor();
    expect(await rows.nth(1).textContent()).toMatch(/%/);
    await page.goto(`${ui.url}/?of=models&sort=OUTPUTS`);
    await page.getByRole('row', { name: /mobilenet.*1,001/ }).waitFor();
    expect(await page.getByRole('row').nth(1).textContent()).toMatch(/mobilenet/);
    await page.goto(`${ui.url}/?q=cat | dog -zebra&of=models`);
    await rows.nth(1).waitFor();
  });

  it('finds by an image, and after a reload', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(ui.url);
    await page.getByLabel('Search with an image').last().setInputFiles(`${DEMO}probes/pets-0000.jpg`);
    await cards(page).first().waitFor();
    expect(page.url()).toMatch(/\?image=/);
    await page.reload();
    await cards(page).first().waitFor();
    expect(await page.getByRole('img', { name: 'Your image' }).count()).toBe(1);
    const other = await ui.tab();
    await other.page.goto(page.url());
    await other.page.getByText('That image was in another tab. Choose it again.').waitFor();
    expect([...faults, ...other.faults]).toEqual([]);
  });

  it('has one request for results under way while a query is typed, and never paints a stale answer', async () => {
    const { page } = await ui.tab();
    await page.goto(ui.url);
    await page.getByText('can be searched.').waitFor();
    let underWay = 0;
    let mostUnderWay = 0;
    await page.route('**/graphql', async (route) => {
      const query = String(route.request().postDataJSON()?.query);
      const isSearch = query.includes('UiSearchOutputs');
      if (isSearch) mostUnderWay = Math.max(mostUnderWay, ++underWay);
      // The first answers come last.
      if (isSearch && route.request().postData()?.includes('"ca"')) await page.waitForTimeout(1_500);
      await route.continue().catch(() => undefined);
      if (isSearch) underWay--;
    });
    page.on('requestfailed', (request) => {
      if (request.postData()?.includes('UiSearchOutputs')) underWay--;
    });
    await search(page).pressSequentially('ca', { delay: 30 });
    await page.waitForTimeout(400);
    await search(page).pressSequentially('t', { delay: 30 });
    await page.getByText('What "cat" looks like here').waitFor();
    await page.waitForTimeout(1_500);
    expect(await cards(page).first().locator('h3').textContent()).toMatch(/cat/);
    expect(mostUnderWay).toBe(1);
  });
});

describe.runIf(HAS_BROWSER)('a comparison', () => {
  it('shows what both know, what one knows, and all pairs, with the keyboard alone', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(`${ui.url}/model?name=cifar10_resnet20`);
    await page.getByRole('link', { name: 'Compare with another model' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Second model' }).fill('mobilenet_v1_0.25_128');
    await page.keyboard.press('Enter');
    await page.getByText('Outputs of mobilenet_v1_0.25_128 1 that').waitFor();
    expect(await page.getByRole('table').getByRole('row').count()).toBeGreaterThan(1);
    const map = page.getByRole('application', { name: 'All pairs of outputs' });
    await map.focus();
    const pair = page.getByRole('status').last();
    const before = await pair.textContent();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => pair.textContent()).not.toBe(before);
    await page.keyboard.press('+');
    await page.keyboard.press('Enter');
    await page.getByText('Responds most to').waitFor();
    await page.goBack();
    await page.getByText('All pairs of outputs').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('says why there is none', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/compare?a=cifar10_resnet20&b=nothing`);
    await page.getByText('There is no such model').waitFor();
  });
});

describe.runIf(HAS_BROWSER)('hostile labels', () => {
  it('are shown as text, and leave the page as it is', async () => {
    const { page, faults } = await ui.tab({ viewport: { width: 320, height: 800 } });
    await page.goto(`${ui.url}/model?name=cifar10_resnet20`);
    await page.getByText(HOSTILE[0]).waitFor();
    expect(await sideways(page)).toBe(0);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(faults).toEqual([]);
  });
});

describe.runIf(HAS_BROWSER)('when something is wrong', () => {
  it('says that the server cannot be reached, and keeps what is shown', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/?q=cat`);
    await cards(page).first().waitFor();
    await page.route('**/graphql', (route) => route.abort());
    await search(page).fill('dog');
    await page.getByText('What is shown is from before.').waitFor();
    expect(await cards(page).count()).toBeGreaterThan(0);
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('What "dog" looks like here').waitFor();
  });

  it('counts down when there were too many requests, and goes on by itself', async () => {
    const { page } = await ui.tab();
    let isLimited = true;
    await page.route('**/graphql', (route) =>
      isLimited
        ? route.fulfill({
            status: 429,
            headers: { 'retry-after': '2' },
            json: { errors: [{ message: 'too many', extensions: { code: 'RATE_LIMITED' } }] },
          })
        : route.continue(),
    );
    await page.goto(`${ui.url}/?q=cat`);
    await page.getByText('Too many requests.').waitFor();
    isLimited = false;
    await cards(page).first().waitFor();
  });

  it('has the code of an error, and a way on', async () => {
    const { page } = await ui.tab();
    await page.route('**/graphql', (route) =>
      route.fulfill({
        json: { errors: [{ message: 'That is broken.', extensions: { code: 'SEARCH_UNAVAILABLE' } }] },
      }),
    );
    await page.goto(`${ui.url}/?q=cat`);
    await page.getByText('That is broken.').waitFor();
    await page.getByText('Code: SEARCH_UNAVAILABLE').waitFor();
  });

  it('says what leads nowhere', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/model?name=nothing`);
    await page.getByText('There is no such model').waitFor();
    await page.goto(`${ui.url}/model`);
    await page.getByText('There is nothing at this address.').waitFor();
  });
});

describe.runIf(HAS_BROWSER)('every page', () => {
  const pages: [name: string, path: string, isPainted: string][] = [
    ['first visit', '/', 'For example'],
    ['results', '/?q=cat', 'What "cat" looks like here'],
    ['nothing recognizes that', '/?q=knee', 'Filters'],
    ['no result', '/?q=cat&name=nothing', 'No result with these filters.'],
    ['models', '/?of=models', 'Order'],
    ['model', '/model?name=cifar10_resnet20', 'How its images are prepared'],
    ['compare', '/compare?a=mobilenet_v1_0.25_128&b=cifar10_resnet20', 'All pairs of outputs'],
    ['compare with nothing', '/compare', 'Compare two models'],
    ['unknown', '/model', 'There is nothing at this address.'],
  ];

  it.each(pages)('can be read and used by everyone: %s', async (_name, path, isPainted) => {
    for (const look of LOOKS) {
      const { page, faults } = await ui.tab(look);
      await page.goto(ui.url + path);
      await page.getByText(isPainted).first().waitFor();
      expect(await brokenRules(page), JSON.stringify(look)).toEqual([]);
      expect(await sideways(page), JSON.stringify(look)).toBe(0);
      expect(faults).toEqual([]);
      await page.context().close();
    }
  });

  it('is caught when a control has no name', async () => {
    const { page } = await ui.tab();
    await page.goto(ui.url);
    await page.getByText('For example').waitFor();
    await page.evaluate("document.body.append(document.createElement('button'))");
    expect(await brokenRules(page)).toEqual([expect.stringMatching(/^button-name/)]);
  });

  it('speaks German to who wants it', async () => {
    const { page } = await ui.tab({ locale: 'de-DE' });
    await page.goto(`${ui.url}/?q=cat`);
    await page.getByText('So sieht „cat“ hier aus').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  });
});

describe('the files', () => {
  it('are small', async () => {
    const scripts = (await readdir(`${BUILT}assets`)).filter((name) => name.endsWith('.js'));
    const sizeOf = async (name: string) => gzipSync(await readFile(`${BUILT}assets/${name}`)).length;
    const first = new Set<string>();
    const load = async (name: string): Promise<void> => {
      if (first.has(name)) return;
      first.add(name);
      const text = await readFile(`${BUILT}assets/${name}`, 'utf8');
      for (const [, other = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) await load(other);
    };
    const page = await readFile(`${BUILT}index.html`, 'utf8');
    for (const [, name = ''] of page.matchAll(/src="\.\/assets\/([^"]+\.js)"/g)) await load(name);
    const sizes = await Promise.all([...first].map(sizeOf));
    expect(first.size).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(40 * KIB);
    for (const name of scripts.filter((name) => !first.has(name)))
      expect(await sizeOf(name), name).toBeLessThan(25 * KIB);
  });

  it.runIf(HAS_BROWSER)('are few, and light before the images come', async () => {
    const { page } = await ui.tab();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const typeOf = new Map<string, string>();
    const bytesOf = new Map<string, number>();
    session.on('Network.responseReceived', ({ requestId, type }) => void typeOf.set(requestId, type));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const type = typeOf.get(requestId) === 'Image' ? 'images' : 'page';
      bytesOf.set(type, (bytesOf.get(type) ?? 0) + encodedDataLength);
    });
    await page.goto(`${ui.url}/?q=cat`);
    await cards(page).first().waitFor();
    await imagesLoaded(cards(page).first().locator('img'));
    await page.waitForLoadState('networkidle');
    expect(bytesOf.get('page')).toBeLessThan(80 * KIB);
    expect(bytesOf.get('images')).toBeLessThan(150 * KIB);
    const files = [...typeOf.values()].filter((type) =>
      ['Document', 'Script', 'Stylesheet', 'Other'].includes(type),
    );
    expect(files.length).toBeLessThanOrEqual(5);
  });

  it.runIf(HAS_BROWSER)('come with a policy that lets nothing else run', async () => {
    const response = await fetch(ui.url);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe/);
    const [script] = (await readdir(`${BUILT}assets`)).filter((name) => name.endsWith('.js'));
    const cached = await fetch(`${ui.url}/assets/${script}`, { headers: { 'accept-encoding': 'br' } });
    expect(cached.headers.get('cache-control')).toMatch(/immutable/);
    expect(cached.headers.get('content-encoding')).toBe('br');
  });
});

// The last, because from then on the server needs a key.
describe.runIf(HAS_BROWSER)('once there is a key', () => {
  it('asks for it, keeps it for this tab only, and can forget it', async () => {
    const { secret } = await createApiKey(ui.demo.service.store.apiKeys, {
      name: 'a reader',
      scopes: ['READ'],
    });
    ui.demo.service.access.keyChanged('');
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/?q=cat`);
    await page.getByText('This server needs a key.').waitFor();
    expect(await brokenRules(page)).toEqual([]);
    await page.getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
    await cards(page).first().waitFor();
    const image = cards(page).first().locator('img').first();
    await expect
      .poll(() => image.evaluate((image) => Number('naturalWidth' in image && image.naturalWidth)))
      .toBeGreaterThan(0);
    await page.reload();
    await cards(page).first().waitFor();
    const other = await ui.tab();
    await other.page.goto(`${ui.url}/?q=cat`);
    await other.page.getByText('This server needs a key.').waitFor();
  });
});
