import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { ingestDemoModel } from '../fixtures/demo-service.js';
import { brokenRules } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128');
  await ingestDemoModel(demo, 'cifar10_resnet20');
});

const field = (page: Page) => page.getByRole('textbox', { name: /^Name/ });
const output = (page: Page, index: number) =>
  page.getByRole('heading', { name: `Output ${index}`, exact: true });
const labelsOf = async (name: string) => {
  const { data } = await ui.demo.ask(
    'query Labels($name: String!) { model(name: $name) { logits(first: 100) { edges { node { label } } } } }',
    { name },
  );
  return data.model.logits.edges.map(({ node }: { node: { label: string | null } }) => node.label);
};

describe.runIf(HAS_BROWSER)('naming the outputs of a model', () => {
  it('shows each with its images and a proposal, in every look', async () => {
    const { data } = await ui.demo.ask(
      '{ model(name: "mobilenet_v1_0.25_128") { outputNames { index text confidence } } }',
    );
    const best = data.model.outputNames.reduce(
      (a: { confidence: number }, b: { confidence: number | null }) =>
        (b.confidence ?? 0) > a.confidence ? b : a,
    );
    for (const look of LOOKS) {
      const { page, faults, elsewhere } = await ui.tab(look);
      await page.goto(`${ui.url}/name?name=mobilenet_v1_0.25_128&at=${best.index}`);
      await page.locator('probelog-image-strip img').nth(11).waitFor();
      await output(page, best.index).waitFor();
      expect(await field(page).inputValue()).toBe(best.text);
      await page.getByText(/proposed by ProbeLog \d+ %/).waitFor();
      expect(await brokenRules(page), JSON.stringify(look)).toEqual([]);
      expect(await sideways(page), JSON.stringify(look)).toBe(0);
      expect([...faults, ...elsewhere]).toEqual([]);
      await page.context().close();
    }
  });

  it('is done with the keyboard, survives a reload, and ends with labels', async () => {
    const { page, faults } = await ui.tab();
    await page.goto(`${ui.url}/model?name=cifar10_resnet20`);
    await page.getByRole('link', { name: 'Name its outputs' }).focus();
    await page.keyboard.press('Enter');
    await output(page, 0).waitFor();
    await field(page).focus();
    await field(page).selectText();
    await page.keyboard.type('airplane, "the"');
    await page.keyboard.press('Enter');
    await output(page, 1).waitFor();
    await page.keyboard.press('Escape');
    await output(page, 2).waitFor();
    expect(new URL(page.url()).searchParams.get('at')).toBe('2');
    await page.keyboard.press('PageDown');
    await output(page, 3).waitFor();
    await page.keyboard.press('PageUp');
    await output(page, 2).waitFor();
    await page.getByText('2 of 10 done').first().waitFor();

    // The browser asks before it leaves names that are not saved.
    const warned = page.waitForEvent('dialog');
    const reloaded = page.reload();
    const dialog = await warned;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.accept();
    await reloaded;
    await output(page, 2).waitFor();
    await page.getByText('2 of 10 done').first().waitFor();
    await page.getByRole('link', { name: /airplane, "the"/ }).click();
    await output(page, 0).waitFor();
    expect(await field(page).inputValue()).toBe('airplane, "the"');

    const exported = async (name: string) => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name }).click();
      return readFile(await (await download).path(), 'utf8');
    };
    const empty = Array<string>(9).fill('');
    expect(JSON.parse(await exported('Export as JSON'))).toEqual(['airplane, "the"', ...empty]);
    const table = await exported('Export as CSV');
    expect(table.startsWith('index,label\r\n0,"airplane, ""the"""\r\n1,""\r\n')).toBe(true);

    await page.getByRole('button', { name: 'Save as labels' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await labelsOf('cifar10_resnet20')).toEqual(['airplane, "the"', ...Array(9).fill(null)]);
    await page.getByText('0 of 9 done').first().waitFor();
    await page.getByLabel('Outputs').selectOption('All');
    await page.getByText('0 of 10 done').first().waitFor();
    expect(page.url()).toContain('shows=ALL');
    expect(faults).toEqual([]);
  });

  it('accepts all likely names at once, and none that are only guesses', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/name?name=mobilenet_v1_0.25_128`);
    const button = page.getByRole('button', { name: /Accept all likely names/ });
    const count = (await button.textContent())?.match(/\((.*)\)/)?.[1];
    await button.click();
    await page.getByText(`${count} of 1,001 done`).first().waitFor();
    expect(Number(count)).toBeLessThan(1_001);
  });

  it('says what leads nowhere', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/name?name=nothing`);
    await page.getByText('There is no such model').waitFor();
  });
});

// The last, because from then on the server needs a key.
describe.runIf(HAS_BROWSER)('naming by a reader', () => {
  it('ends with a file, because labels need another scope', async () => {
    const { secret } = await createApiKey(ui.demo.service.store.apiKeys, {
      name: 'reader',
      scopes: ['READ'],
    });
    ui.demo.service.access.keyChanged('');
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/name?name=mobilenet_v1_0.25_128`);
    await page.getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
    await page.getByText('Your key does not allow setting labels.').waitFor();
    expect(await page.getByRole('button', { name: 'Save as labels' }).count()).toBe(0);
  });
});
