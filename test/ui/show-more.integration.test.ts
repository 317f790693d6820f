import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ingestDemoModel } from '../fixtures/demo-service.js';
import { HAS_BROWSER, openUi } from './open-ui.js';

const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128');
  await ingestDemoModel(demo, 'cifar10_resnet20');
});

/** Names and variables of the operations that a page sends from now on. */
function operationsOf(page: Page): { name: string; variables: Record<string, unknown> }[] {
  const sent: { name: string; variables: Record<string, unknown> }[] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/graphql')) return;
    const { query, variables } = request.postDataJSON();
    sent.push({ name: String(query).match(/(?:query|mutation) (\w+)/)?.[1] ?? '', variables });
  });
  return sent;
}

describe.runIf(HAS_BROWSER)('"Show more" reads only what is new', () => {
  it.each([
    ['/?q=cat', 'UiSearchOutputs', 'probelog-answer-card', 24],
    ['/model?name=mobilenet_v1_0.25_128', 'UiModelOutputs', 'ol li', 48],
    ['/output?name=cifar10_resnet20&output=3', 'UiSimilar', 'probelog-answer-card', 24],
  ])('of %s', async (path, operation, items, step) => {
    const { page } = await ui.tab();
    await page.goto(ui.url + path);
    await page.locator(items).nth(3).waitFor();
    await page.waitForLoadState('networkidle');
    const sent = operationsOf(page);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.waitForURL(/shown=/);
    await page.waitForLoadState('networkidle');
    await page.locator(items).nth(12).waitFor();
    expect(sent).toMatchObject([{ name: operation, variables: { first: step, after: expect.any(String) } }]);
    await page.goBack();
    expect(sent).toHaveLength(1);
  });

  it('and the names of a model are read once, whatever is searched for or sorted', async () => {
    const { page } = await ui.tab();
    const sent = operationsOf(page);
    await page.goto(`${ui.url}/model?name=mobilenet_v1_0.25_128`);
    await page.locator('ol li').first().waitFor();
    await page.getByLabel('Order').selectOption('By name');
    await page.waitForURL(/by=NAME/);
    await page.getByPlaceholder('Find outputs of this model').fill('dog');
    await page.locator('probelog-strength-bar').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(sent.filter(({ name }) => name === 'UiModelNames')).toHaveLength(1);
    expect(sent.filter(({ name }) => name === 'UiModelPage')).toHaveLength(1);
  });
});
