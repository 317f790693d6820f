import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ingestDemoModel } from '../fixtures/demo-service.js';
import { HAS_BROWSER, openUi, sideways } from './open-ui.js';

const SOURCES = fileURLToPath(new URL('../../ui/src/', import.meta.url));

const ui = openUi(async (demo) => {
  await ingestDemoModel(demo, 'mobilenet_v1_0.25_128', { license: 'Apache-2.0' });
  await ingestDemoModel(demo, 'cifar10_resnet20', { labels: [...'abcdefghij'] });
});

/** Address and an element that is there when the page is painted. */
const PAGES: [path: string, painted: string][] = [
  ['/', 'probelog-example-tiles img'],
  ['/?q=cat', 'probelog-answer-card img'],
  ['/?q=cat&name=nothing', 'section p button'],
  ['/?of=models', 'table'],
  ['/model?name=cifar10_resnet20', 'probelog-model-use ol'],
  ['/output?name=mobilenet_v1_0.25_128&output=341&q=zebra', 'probelog-answer-card'],
  ['/compare?a=mobilenet_v1_0.25_128&b=cifar10_resnet20', 'canvas'],
  ['/queue', 'li'],
  ['/name?name=mobilenet_v1_0.25_128', 'probelog-image-strip img'],
  ['/registries', 'article'],
  ['/admin', 'form'],
  ['/admin?part=AUDIT', 'table'],
];

/** Makes every text of a language longer, between brackets. */
const PSEUDO = `const pseudo = (value) =>
  typeof value === 'string' ? '⟦' + value + ' ~~~~⟧'
  : typeof value === 'function' ? (...given) => pseudo(value(...given))
  : Object.fromEntries(Object.entries(value).map(([key, text]) => [key, pseudo(text)]));
`;

/** The page in a language that does not exist: German with every text between brackets. */
async function openPseudo(width: number): Promise<Page> {
  const { page } = await ui.tab({ locale: 'de-DE', viewport: { width, height: 800 } });
  let changed = 0;
  await page.route(/\/assets\/(de|later)-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const own = text.replace(
      /export\s*\{\s*([\w$]+)(\s+as\s+[\w$]+)?\s*\}/,
      'const own = pseudo($1);\nexport { own$2 }',
    );
    const later = text.replace(
      /(\.\.\.([\w$]+)\.texts,\s*\.\.\.)\(?([\w$]+\[\2\.language\]\s*\?\?\s*[\w$]+)\)?/,
      '$1pseudo($3)',
    );
    const body = route.request().url().includes('/later-') ? later : own;
    if (body !== text) changed++;
    await route.fulfill({ response, body: PSEUDO + body, headers: { 'content-type': 'text/javascript' } });
  });
  page.on('close', () => expect(changed).toBeGreaterThan(0));
  return page;
}

/** Texts of a page that came from elsewhere than its texts, and are no data. */
const foreign = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const found = [];
    const left = (text) => text.replace(/⟦[^⟦⟧]*(⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧/gu, '');
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) {
        if (/\\p{L}/u.test(left(node.data))) found.push(node.data.trim());
        return;
      }
      if (node instanceof Element) {
        // Data, code and scripts.
        if (node.matches('bdi, code, pre, script, style, noscript, .number, time')) return;
        for (const name of ['aria-label', 'title', 'placeholder'])
          if (node.hasAttribute(name) && /\\p{L}/u.test(left(node.getAttribute(name)))) found.push(name + '=' + node.getAttribute(name));
      }
      for (const child of node.childNodes) walk(child);
      if (node.shadowRoot) walk(node.shadowRoot);
    };
    walk(document.body);
    return [...new Set(found)];
  })()`);

describe.runIf(HAS_BROWSER)('in another language', () => {
  it.each(PAGES)('%s has no text but its own and data, and room for longer ones', async (path, painted) => {
    for (const width of [320, 1280]) {
      const page = await openPseudo(width);
      await page.goto(ui.url + path);
      await page.locator(painted).first().waitFor();
      expect(await foreign(page), String(width)).toEqual([]);
      expect(await sideways(page), String(width)).toBe(0);
      await page.close();
    }
  });

  it.each(PAGES)('%s can be read from right to left', async (path, painted) => {
    for (const width of [320, 1280]) {
      const { page } = await ui.tab({ viewport: { width, height: 800 } });
      await page.goto(ui.url + path);
      await page.evaluate("document.documentElement.dir = 'rtl'");
      await page.locator(painted).first().waitFor();
      expect(await sideways(page), String(width)).toBe(0);
      await page.close();
    }
  });
});

describe('styles', () => {
  it('name no left and right, which change with the direction', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(ts|css)$/.test(name),
    );
    const physical =
      /(margin|padding|border)-(left|right)|text-align: (left|right)|float: (left|right)|^\s+(left|right): \d/m;
    for (const name of files.filter((name) => !/generated|run-code/.test(name)))
      expect(physical.test(readFileSync(SOURCES + name, 'utf8')), name).toBe(false);
  });
});
