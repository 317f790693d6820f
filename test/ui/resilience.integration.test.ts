import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { ingestDemoModel } from '../fixtures/demo-service.js';
import { HAS_BROWSER, openUi, sideways } from './open-ui.js';

let removable: string;
const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128');
  ({ modelId: removable } = await ingestDemoModel(demo, 'cifar10_resnet20', {
    labels: ['\u202Eevil', ...'abcdefghi'],
  }));
});

const cards = (page: Page) => page.locator('probelog-answer-card');
const search = (page: Page) => page.getByLabel('What should a model recognize?');
const scrollTop = (page: Page) => page.evaluate<number>('scrollY');
const entries = (page: Page) => page.evaluate<number>('history.length');
const focusedText = (page: Page) =>
  page.evaluate<string>(`(() => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return focused?.tagName + ' ' + focused?.textContent?.trim();
  })()`);

describe.runIf(HAS_BROWSER)('Back and reload', () => {
  it('lead to where the person was: scroll and focus', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(`${ui.url}/?q=cat&shown=60`);
    const link = cards(page).nth(25).locator('h3 a');
    await link.focus();
    await page.evaluate('scrollTo(0, 1500)');
    await expect.poll(() => page.evaluate('history.state?.scroll')).toBe(1500);
    await page.reload();
    await expect.poll(() => scrollTop(page)).toBe(1500);

    const text = (await link.textContent())?.trim();
    await link.focus();
    const before = await scrollTop(page);
    await page.keyboard.press('Enter');
    await page.getByText('Responds most to').waitFor();
    expect(await scrollTop(page)).toBe(0);
    await page.goBack();
    await expect.poll(() => scrollTop(page)).toBe(before);
    await expect.poll(() => focusedText(page)).toBe(`A ${text}`);
    expect(faults).toEqual([]);
  });

  it('lead past what was typed, and Enter adds nothing to the history', async () => {
    const { page } = await ui.tab();
    await page.goto(ui.url);
    await search(page).pressSequentially('cat', { delay: 20 });
    await cards(page).first().waitFor();
    const before = await entries(page);
    await search(page).press('Enter');
    await search(page).press('Enter');
    expect(await entries(page)).toBe(before);
    await page.goBack();
    await page.getByText('For example').waitFor();
  });

  it('can follow each other faster than the server answers', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(`${ui.url}/?q=dog`);
    await cards(page).first().locator('h3 a').click();
    await page.getByText('Responds most to').waitFor();
    for (let turn = 0; turn < 10; turn++) {
      await page.evaluate('history.back()');
      await page.evaluate('history.forward()');
    }
    await page.getByText('Responds most to').waitFor();
    await page.goBack();
    await page.getByText('What "dog" looks like here').waitFor();
    expect(await search(page).inputValue()).toBe('dog');
    expect(faults).toEqual([]);
  });
});

describe.runIf(HAS_BROWSER)('the page', () => {
  it('counts down at once, however long it takes, outside what screen readers read aloud', async () => {
    const { page } = await ui.tab();
    await page.route('**/graphql', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'retry-after': '90' },
        json: { errors: [{ message: 'too many', extensions: { code: 'RATE_LIMITED' } }] },
      }),
    );
    await page.goto(`${ui.url}/?q=cat`);
    await page.getByRole('timer').waitFor({ timeout: 10_000 });
    expect(await page.getByRole('timer').textContent()).toMatch(/Goes on in (90|8\d) s/);
    expect(await page.getByRole('alert').getByRole('timer').count()).toBe(0);
  });

  it.each([
    ['/?q=%00cat&name=%00', 'What "cat" looks like here'],
    ['/?of=models&minOutputs=1e300&maxOutputs=1.5', 'Order'],
    ['/model?name=%00', 'There is nothing at this address.'],
    ['/output?id=%00', 'There is nothing at this address.'],
    ['/output?id=TG9naXQ6MQ', 'Code: ID_INVALID'],
    ['/output?name=cifar10_resnet20&output=99', 'There is no such output'],
    [`/?q=${'x'.repeat(600)}`, 'Code: CONCEPT_TOO_LONG'],
    ['/?image=1', 'That image was in another tab.'],
  ])('takes addresses that are wrong, %#', async (path, expected) => {
    const { page } = await ui.tab();
    await page.goto(ui.url + path);
    await page.getByText(expected).first().waitFor();
  });

  it('shows more results than the server gives at once', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/?q=cat&shown=150`);
    await cards(page).nth(149).waitFor();
  });

  it('can be read with letters of twice the size on 320 pixels', async () => {
    for (const path of ['/', '/?q=cat', '/?of=models', '/model?name=mobilenet_v1_0.25_128']) {
      const { page } = await ui.tab({ viewport: { width: 320, height: 800 } });
      await page.goto(ui.url + path);
      await page
        .getByText(/Order|Filters|For example|How its images/)
        .first()
        .waitFor();
      const height = () => page.evaluate<number>('document.documentElement.scrollHeight');
      const before = await height();
      await page.evaluate("document.documentElement.style.fontSize = '200%'");
      if (path !== '/') expect(await height(), path).toBeGreaterThan(before);
      expect(await sideways(page), path).toBe(0);
    }
  });

  it('keeps marks that turn the direction out of the title of the tab', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/model?name=cifar10_resnet20`);
    await page.getByRole('link', { name: 'evil' }).click();
    await page.getByText('Responds most to').waitFor();
    expect(await page.title()).toBe('evil – ProbeLog');
  });

  it('says that a model was removed while it was open', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/model?name=cifar10_resnet20`);
    const link = page.getByRole('link', { name: 'evil' });
    await link.waitFor();
    const { errors } = await ui.demo.ask('mutation Remove($id: ID!) { removeModel(id: $id) }', {
      id: removable,
    });
    expect(errors).toBeUndefined();
    await link.click();
    await page.getByText('There is no such output').waitFor();
  });
});

// The last, because from then on the server needs a key.
describe.runIf(HAS_BROWSER)('a key', () => {
  it('that cannot be one is not sent', async () => {
    const { secret } = await createApiKey(ui.demo.service.store.apiKeys, { name: 'first', scopes: ['READ'] });
    ui.demo.service.access.keyChanged('');
    const { page } = await ui.tab();
    await page.goto(ui.url);
    await page.getByLabel('API key').fill('schlüssel…');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await page.getByLabel('API key').fill(` ${secret} `);
    await page.keyboard.press('Enter');
    await page.getByText('For example').waitFor();
  });

  it('that is revoked while the page is open takes what it showed with it', async () => {
    const { secret, key } = await createApiKey(ui.demo.service.store.apiKeys, {
      name: 'second',
      scopes: ['READ'],
    });
    ui.demo.service.access.keyChanged('');
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/?q=cat`);
    await page.getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
    await cards(page).first().waitFor();
    await ui.demo.service.store.apiKeys.revoke(key.id);
    ui.demo.service.access.keyChanged(key.prefix);
    await search(page).fill('dog');
    await page.getByText('This server needs a key.').waitFor();
    expect(await cards(page).count()).toBe(0);
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await expect.poll(() => page.evaluate('sessionStorage.length')).toBe(0);
  });
});
