import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import type { AccessScope } from '../../src/store/index.js';
import { brokenRules } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const ui = openUi(async () => undefined);

const ALL = ['Compare', 'Map', 'Add a model', 'Queue', 'Registries', 'Administration', 'GraphQL explorer'];
const links = (page: Page) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
const keyFor = async (scopes: AccessScope[]) => {
  const { secret } = await createApiKey(ui.demo.service.store.apiKeys, { name: scopes.join(), scopes });
  ui.demo.service.access.keyChanged('');
  return secret;
};

describe.runIf(HAS_BROWSER)('the header', () => {
  it('has all pages while there is no key, and says which is shown', async () => {
    for (const look of LOOKS) {
      const { page, faults } = await ui.tab(look);
      await page.goto(`${ui.url}/queue`);
      await expect.poll(() => links(page)).toEqual(ALL);
      expect(await page.getByRole('link', { name: 'Queue' }).getAttribute('aria-current')).toBe('page');
      expect(await page.getByRole('button', { name: /Sign/ }).count()).toBe(0);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await brokenRules(page), JSON.stringify(look)).toEqual([]);
      expect(await sideways(page), JSON.stringify(look)).toBe(0);
      await page.getByRole('link', { name: 'Administration' }).click();
      await page.getByRole('heading', { name: 'Administration' }).waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    }
  });
});

// From here on the server needs a key.
describe.runIf(HAS_BROWSER)('the header of a server with keys', () => {
  it.each([
    [['READ'], ['Compare', 'Map', 'Queue', 'GraphQL explorer']],
    [['INGEST'], ['Add a model', 'Queue', 'GraphQL explorer']],
    [['ADMIN'], ALL],
  ] as [AccessScope[], string[]][])(
    'has what a key with %s may use, by keyboard',
    async (scopes, expected) => {
      const secret = await keyFor(scopes);
      const { page } = await ui.tab();
      await page.goto(`${ui.url}/compare`);
      await page.getByRole('button', { name: 'Sign in' }).first().focus();
      expect(await links(page)).toEqual(['GraphQL explorer']);
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Sign in' });
      await dialog.waitFor();
      expect(await brokenRules(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      // The focus goes back to what opened the dialog, a moment later on a busy machine.
      const opener = page.getByRole('button', { name: 'Sign in' }).first();
      await expect
        .poll(() => opener.evaluate((button) => 'matches' in button && button.matches(':focus')))
        .toBe(true);
      await page.keyboard.press('Enter');
      await dialog.getByLabel('API key').fill(secret);
      await page.keyboard.press('Enter');
      await expect.poll(() => links(page)).toEqual(expected);
      expect(page.url()).toBe(`${ui.url}/compare`);

      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await page.evaluate('sessionStorage.length')).toBe(0);
    },
  );

  it('follows a key that a page asked for', async () => {
    const secret = await keyFor(['ADMIN']);
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/?q=cat`);
    await page.getByText('This server needs a key.').waitFor();
    await page.locator('main').getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
    await expect.poll(() => links(page)).toEqual(ALL);
  });
});
