import type { Page, Request } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ingestDemoModel } from '../fixtures/demo-service.js';
import { brokenRules, imagesLoaded } from './open-page.js';
import { HAS_BROWSER, openUi, sideways } from './open-ui.js';

const HOSTILE = '<b>zebra</b> \u202Eevil';

const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128');
  await ingestDemoModel(demo, 'cifar10_resnet20', {
    labels: ['zonkey, striped', HOSTILE, 'x'.repeat(90), ...'abcdefg'],
  });
});

const field = (page: Page) => page.getByRole('combobox', { name: 'What should a model recognize?' });
const options = (page: Page) => page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');

describe.runIf(HAS_BROWSER)('suggestions', () => {
  it('come while a query is typed, and can be taken with the keyboard alone', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(ui.url);
    await field(page).pressSequentially('dog -zon', { delay: 30 });
    await options(page).first().waitFor();
    expect(await field(page).getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('ArrowDown');
    const active = await field(page).getAttribute('aria-activedescendant');
    expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true');
    expect(await page.locator(`#${active}`).textContent()).toMatch(/zonkey, striped\s+label/);
    expect(await brokenRules(page)).toEqual([]);
    await page.keyboard.press('Enter');
    expect(await field(page).inputValue()).toBe('dog -"zonkey, striped"');
    expect(await options(page).count()).toBe(0);
    await page.waitForURL(/q=dog\+-%22zonkey/);
    expect(faults).toEqual([]);
  });

  it('can be taken with a click, and close with Escape, which leaves the query', async () => {
    const { page } = await ui.tab();
    await page.goto(ui.url);
    await field(page).pressSequentially('zeb', { delay: 30 });
    await options(page).first().waitFor();
    await page.keyboard.press('Escape');
    expect(await options(page).count()).toBe(0);
    expect(await field(page).inputValue()).toBe('zeb');
    await page.keyboard.press('r');
    await page
      .getByRole('option', { name: /^zebra/ })
      .first()
      .click();
    expect(await field(page).inputValue()).toBe('zebra');
    await page.getByText('What "zebra" looks like here').waitFor();
  });

  it('are not asked for before typing, one request at a time', async () => {
    const { page } = await ui.tab();
    let sent = 0;
    let underWay = 0;
    let mostUnderWay = 0;
    const isOurs = (request: Request) => request.postData()?.includes('suggestions(');
    const end = (request: Request) => isOurs(request) && underWay--;
    page.on('request', (request) => {
      if (!isOurs(request)) return;
      sent++;
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
    });
    page.on('requestfinished', end).on('requestfailed', end);
    await page.goto(`${ui.url}/?q=cat`);
    await page.locator('probelog-answer-card').first().waitFor();
    expect(sent).toBe(0);
    await field(page).fill('');
    await field(page).pressSequentially('zebra cross', { delay: 60 });
    await page.waitForTimeout(1_000);
    expect(sent).toBeGreaterThan(0);
    expect(mostUnderWay).toBe(1);
  });

  it('are text, and fit a narrow page', async () => {
    const { page, faults } = await ui.tab({ viewport: { width: 320, height: 800 } });
    await page.goto(ui.url);
    await field(page).pressSequentially('<b>');
    await options(page).first().waitFor();
    expect(await options(page).first().textContent()).toContain(HOSTILE);
    await field(page).fill('');
    await field(page).pressSequentially('xxx');
    await options(page).getByText('xxxx').first().waitFor();
    expect(await sideways(page)).toBe(0);
    expect(faults).toEqual([]);
  });
});

describe.runIf(HAS_BROWSER)('the first visit', () => {
  it('shows examples with images, in place from the start', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(ui.url);
    const tile = page.getByRole('link', { name: 'dog -cat', exact: true });
    await expect.poll(() => tile.locator('img').count()).toBe(4);
    await imagesLoaded(page.locator('probelog-example-tiles img'));
    const bytes = await page.evaluate<number>(
      "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/probes/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)",
    );
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(150 * 1024);
    await tile.click();
    await page.waitForURL(/q=dog\+-cat/);
    expect(faults).toEqual([]);
  });
});
