import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { brokenRules } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const ui = openUi(async () => undefined);

describe.runIf(HAS_BROWSER)('the keys', () => {
  it('begin with one that the tab then uses, and are shown once', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(`${ui.url}/admin`);
    await page.getByText('While there is no key').waitFor();
    await page.getByLabel('What it is for').fill('first');
    await page.keyboard.press('Enter');
    const secret = await page.getByRole('region', { name: 'API key' }).textContent();
    expect(secret).toMatch(/^plk_/);
    await page.getByRole('heading', { name: /first plk_/ }).waitFor();
    await page.getByText(/May administrate\. Created on/).waitFor();
    expect(await page.getByText('While there is no key').count()).toBe(0);
    await page.reload();
    await page.getByRole('heading', { name: /first plk_/ }).waitFor();
    expect(await page.getByRole('region', { name: 'API key' }).count()).toBe(0);
    expect(faults).toEqual([]);

    const answer = await fetch(`${ui.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query: '{ viewer { scopes } }' }),
    });
    expect(await answer.text()).toContain('ADMIN');
  });

  it('have scopes, labels, a registry and an end, are revoked by two clicks, and are in the audit log', async () => {
    const { secret } = await createApiKey(ui.demo.service.store.apiKeys, {
      name: 'admin',
      scopes: ['ADMIN'],
    });
    ui.demo.service.access.keyChanged('');
    for (const look of LOOKS) {
      const { page, faults } = await ui.tab(look);
      await page.goto(`${ui.url}/admin`);
      await page.getByLabel('API key').fill(secret);
      await page.keyboard.press('Enter');
      const name = `<b>${look.colorScheme} ${look.viewport.width}</b>`;
      await page.getByLabel('What it is for').fill(name);
      await page.getByRole('checkbox', { name: 'register models' }).check();
      await page.getByLabel('Labels of private models').fill('team-a, team-b');
      await page.getByLabel('Only models of this registry').fill('mlflow');
      await page.getByLabel('Expires after').fill('2099-12-31');
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      await page.getByText('It is shown only now').waitFor();
      const key = page.getByRole('listitem').filter({ hasText: name });
      await key
        .getByText(/search and read, register models.*team-a, team-b.*of mlflow.*Expires on Dec 31, 2099/)
        .waitFor();
      expect(await brokenRules(page), JSON.stringify(look)).toEqual([]);
      expect(await sideways(page), JSON.stringify(look)).toBe(0);

      await key.getByRole('button', { name: `Revoke: ${name}` }).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await key.getByRole('button', { name: `Revoke: ${name}` }).waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await key.getByText(/Revoked on/).waitFor();

      await page.getByRole('link', { name: 'Audit log' }).click();
      await page.getByRole('row', { name: new RegExp(`Key revoked.*${name}`) }).waitFor();
      expect(await brokenRules(page), JSON.stringify(look)).toEqual([]);
      expect(await sideways(page), JSON.stringify(look)).toBe(0);
      // The first request had no key.
      expect(faults.filter((fault) => !fault.includes('401'))).toEqual([]);
      await page.context().close();
    }
  });
});

describe.runIf(HAS_BROWSER)('the audit log', () => {
  it('is filtered by what the address says', async () => {
    const { secret } = await createApiKey(ui.demo.service.store.apiKeys, {
      name: 'auditor',
      scopes: ['ADMIN'],
    });
    ui.demo.service.access.keyChanged('');
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/admin?part=AUDIT`);
    await page.getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
    await page
      .getByRole('row', { name: /Key revoked/ })
      .first()
      .waitFor();
    await page.getByLabel('Change').selectOption('Key created');
    await page.getByLabel('From').fill('2020-01-01');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/part=AUDIT&action=KEY_CREATED&since=2020-01-01/);
    await page
      .getByRole('row', { name: /Key revoked/ })
      .first()
      .waitFor({ state: 'detached' });
    await page
      .getByRole('row', { name: /Key created/ })
      .first()
      .waitFor();
    await page.getByLabel('To', { exact: true }).fill('2020-01-02');
    await page.keyboard.press('Enter');
    await page.getByText('No change is recorded.').waitFor();
    await page.goBack();
    await page
      .getByRole('row', { name: /Key created/ })
      .first()
      .waitFor();
    expect(await page.getByLabel('To', { exact: true }).inputValue()).toBe('');
  });
});
