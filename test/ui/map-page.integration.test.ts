import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ingestDemoModel } from '../fixtures/demo-service.js';
import { brokenRules, imagesLoaded } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const MODEL = 'mobilenet_v1_0.25_128';
const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, MODEL, { probing: { full: true } });
  await demo.service.search.settled();
});

const canvas = (page: Page) => page.getByRole('application', { name: 'Map' });
const title = (page: Page) => page.locator('probelog-map-page .point h2').innerText();

/** Whether the canvas shows anything. */
const isPainted = (page: Page) =>
  canvas(page).evaluate((element) => {
    const { width, height } = element as unknown as { width: number; height: number };
    const context = (
      element as unknown as {
        getContext(kind: '2d'): { getImageData(...of: number[]): { data: Uint8ClampedArray } };
      }
    ).getContext('2d');
    return context.getImageData(0, 0, width, height).data.some((value) => value > 0);
  });

describe.runIf(HAS_BROWSER)('the map', () => {
  it('is made, shows outputs with their images, and leads to them', async () => {
    const { page, faults, elsewhere } = await ui.tab();
    await page.goto(ui.url);
    await page.getByRole('link', { name: 'Map' }).click();
    await canvas(page).waitFor();
    await page.getByText(/^1,00[01] outputs of 1 model\./).waitFor();
    expect(await isPainted(page)).toBe(true);
    await imagesLoaded(page.locator('probelog-map-page img'));
    await expect.poll(() => page.locator('probelog-map-page .point img').count()).toBe(8);
    await expect.poll(() => page.locator('probelog-map-page li a').count()).toBe(8);

    // By keyboard: another output, nearer, in the address, and found again after a reload.
    const before = await title(page);
    await canvas(page).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/map\?model=.+&output=\d+/);
    await expect.poll(() => title(page)).not.toBe(before);
    await page.keyboard.press('+');
    await page.waitForURL(/zoom=1\.5/);
    const chosen = await title(page);
    await page.reload();
    await expect.poll(() => title(page)).toBe(chosen);
    await page.getByRole('button', { name: 'Whole map' }).click();
    await page.waitForURL((url) => !url.search.includes('zoom'));

    // With a mouse: hovering shows another one and goes back; a click keeps it; the wheel zooms; dragging chooses nothing.
    const box = (await canvas(page).boundingBox()) ?? expect.fail();
    const places = Array.from({ length: 60 }, (_, i) => [
      box.x + (box.width * (i % 10)) / 10,
      box.y + (box.height * Math.floor(i / 10)) / 6,
    ]);
    let at: number[] | undefined;
    for (const [x, y] of places) {
      await page.mouse.move(x, y);
      await page.waitForTimeout(200);
      if ((await title(page)) !== chosen) {
        at = [x, y];
        break;
      }
    }
    if (!at) expect.fail('no point under any place');
    await expect.poll(() => title(page)).not.toBe(chosen);
    const [x, y] = at;
    await page.mouse.click(x, y);
    const clicked = await title(page);
    await page.mouse.wheel(0, -300);
    await page.waitForURL(/zoom=3\.3/);
    const address = page.url();
    await page.mouse.move(box.x + 200, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 240, { steps: 3 });
    await page.mouse.up();
    expect(page.url()).toBe(address);
    await page.mouse.move(0, 0);
    await expect.poll(() => title(page)).toBe(clicked);
    await page.locator('probelog-map-page .point h2 a').click();
    await page.waitForURL(/output\?id=/);
    await page.goBack();
    await expect.poll(() => title(page)).toBe(clicked);
    expect([faults, elsewhere]).toEqual([[], []]);
  });

  it('in every look: no broken rule, and nothing sideways', async () => {
    for (const look of LOOKS) {
      const { page, faults } = await ui.tab(look);
      await page.goto(`${ui.url}/map`);
      await imagesLoaded(page.locator('probelog-map-page img'));
      await page.locator('probelog-map-page li a').first().waitFor();
      expect(await isPainted(page)).toBe(true);
      expect(await brokenRules(page)).toEqual([]);
      expect(await sideways(page)).toBe(0);
      expect(faults).toEqual([]);
      await page.context().close();
    }
  });

  it('says why there is none, in German too', async () => {
    await ui.demo.ask('mutation($id: ID!) { removeModel(id: $id) }', {
      id: (await ui.demo.ask(`{ model(name: "${MODEL}") { id } }`)).data.model.id,
    });
    const { page } = await ui.tab({ locale: 'de-DE' });
    await page.goto(`${ui.url}/map`);
    await page.getByText('Kein Ergebnis.').or(page.getByText('zu wenige Ausgänge')).first().waitFor();
  });
});
