import { describe, expect, it } from 'vitest';
import { ingestDemoModel } from '../fixtures/demo-service.js';
import { brokenRules } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128');
  await ingestDemoModel(demo, 'cifar10_resnet20', { labels: [...'jihgfedcba'] });
});

describe.runIf(HAS_BROWSER)('outputs of a model', () => {
  it('have names where they have no labels, all by one request', async () => {
    const { page, faults } = await ui.tab({ viewport: { width: 320, height: 800 } });
    let requests = 0;
    page.on('request', (request) => {
      if (request.postData()?.includes('outputNames')) requests++;
    });
    await page.goto(`${ui.url}/model?name=mobilenet_v1_0.25_128&shown=150`);
    const outputs = page.locator('ol li');
    await outputs.nth(149).waitFor();
    await page.getByText('named by ProbeLog').first().waitFor();
    expect(requests).toBe(1);
    expect(await brokenRules(page)).toEqual([]);
    expect(await sideways(page)).toBe(0);
    expect(faults).toEqual([]);
  });

  it('can be ordered by name, and the address keeps it', async () => {
    const { page } = await ui.tab();
    let hasAskedForNames = false;
    page.on('request', (request) => {
      if (request.postData()?.includes('outputNames')) hasAskedForNames = true;
    });
    await page.goto(`${ui.url}/model?name=cifar10_resnet20`);
    const titles = () => page.locator('ol li a').allTextContents();
    await expect.poll(titles).toEqual([...'jihgfedcba']);
    await page.getByLabel('Order').selectOption('By name');
    await expect.poll(titles).toEqual([...'abcdefghij']);
    await page.reload();
    await expect.poll(titles).toEqual([...'abcdefghij']);
    expect(await page.getByLabel('Order').inputValue()).toBe('NAME');
    expect(hasAskedForNames).toBe(false);
  });

  it('beyond the first hundred are ordered, too', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/model?name=mobilenet_v1_0.25_128&by=NAME`);
    await page.locator('ol li').nth(11).waitFor();
    const indexes = await page.locator('ol li > .number').allTextContents();
    expect(indexes.map((text) => Number(text.replace(',', ''))).some((index) => index > 100)).toBe(true);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.locator('ol li').nth(59).waitFor();
  });
});

describe.runIf(HAS_BROWSER)('a model', () => {
  it('comes with code, with its ingests and where to get it', async () => {
    for (const look of LOOKS) {
      const { page, faults } = await ui.tab(look);
      await page.goto(`${ui.url}/model?name=cifar10_resnet20`);
      await page
        .getByRole('region', { name: 'Code for Python' })
        .getByText('session.run(["output"]')
        .waitFor();
      await page.getByRole('radio', { name: 'Node' }).check();
      await page.getByRole('region', { name: 'Code for Node' }).getByText('ort.Tensor(').waitFor();
      await page.getByRole('heading', { name: 'Where to get it' }).waitFor();
      await page.getByText(/: done$/).waitFor();
      expect(await brokenRules(page), JSON.stringify(look)).toEqual([]);
      expect(await sideways(page), JSON.stringify(look)).toBe(0);
      expect(faults).toEqual([]);
      await page.context().close();
    }
  });
});

describe.runIf(HAS_BROWSER)('an output that was reached from a query', () => {
  it.each(['zebra', 'dog -cat'])('says why it matched %s, also after a reload', async (query) => {
    const { page, faults } = await ui.tab({ viewport: { width: 320, height: 800 } });
    await page.goto(`${ui.url}/?q=${query}`);
    await page.locator('probelog-answer-card h3 a').first().click();
    const why = page.getByRole('list', { name: `Why it matched "${query}"` });
    await why.locator('img').first().waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe(query);
    expect(await brokenRules(page)).toEqual([]);
    await page.reload();
    await why.locator('img').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('says nothing where the query does not lead to it', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/?q=zebra`);
    const href = await page.locator('probelog-answer-card h3 a').last().getAttribute('href');
    await page.goto(`${ui.url}/${href?.replace('zebra', 'knee')}`);
    await page.getByText('Responds most to').waitFor();
    await page.goto(`${ui.url}/${href?.replace('q=zebra', 'q=')}`);
    await page.getByText('Responds most to').waitFor();
    expect(await page.getByText('Why it matched').count()).toBe(0);
  });
});
