import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { build, type Rollup } from 'vite';
import { afterAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { ingestDemoModel } from '../fixtures/demo-service.js';
import { brokenRules } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const BUILT = fileURLToPath(new URL('../../dist/ui/elements/', import.meta.url));
const KIB = 1024;
const STRICT =
  "script-src 'self'; style-src 'self'; require-trusted-types-for 'script'; object-src 'none'; base-uri 'none'";
/** Rules of pages that were written without a thought of elements. */
const HOSTILE = `
  * { font: 60px/5 serif !important; letter-spacing: 20px !important; text-transform: uppercase !important; color: red !important; }
  div, section, article, h3, img, button { display: none !important; }
  a { pointer-events: none; position: absolute; }
  :root { --ink: red; --gap: 99px; --radius: 99px; --paper: red; }`;
/** An application in React, as JSX would be compiled. */
const REACT = `
  import { createElement, useState } from 'react';
  import { createRoot } from 'react-dom/client';
  function App() {
    const [chosen, choose] = useState('nothing');
    return createElement('div', null,
      createElement('p', { id: 'chosen' }, chosen),
      createElement('probelog-search', {
        endpoint: new URLSearchParams(location.search).get('server'),
        query: 'cat',
        getKey: () => null,
        'onprobelog-select': (event) => { event.preventDefault(); choose(event.detail.name); },
      }));
  }
  createRoot(document.getElementById('root')).render(createElement(App));`;

const site = await openSite();
const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
afterAll(() => {
  site.close();
});
const ui = openUi(
  async (demo) => {
    await ingestDemoModel(demo, 'mobilenet_v1_0.25_128');
    await ingestDemoModel(demo, 'cifar10_resnet20', { labels: [...'abcdefghij'] });
  },
  { PROBELOG_CORS_ORIGINS: origin, PROBELOG_FRAME_ANCESTORS: origin },
);

/** The site of another application: `/page?body=…&server=…` is a page with that body. */
async function openSite(): Promise<Server> {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://site');
    const own = /^\/static\/([\w-]+\.js)$/.exec(pathname)?.[1];
    response.setHeader('content-type', own || pathname === '/react.js' ? 'text/javascript' : 'text/html');
    if (own || pathname === '/react.js') {
      response.end(own ? await readFile(BUILT + own) : await reactApplication());
      return;
    }
    // This registry has no key.
    if (pathname === '/probelog-key') {
      response.end();
      return;
    }
    const policy = searchParams.get('policy');
    if (policy) response.setHeader('content-security-policy', policy);
    const script = searchParams.get('script');
    response.end(`<!doctype html><html lang="en"><title>A registry</title><main><h1>A registry</h1>
      ${script ? `<script type="module" src="${script}"></script>` : ''}
      ${searchParams.get('body') ?? ''}</main></html>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function reactApplication(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'application',
        resolveId: (id) =>
          id === 'application' ? fileURLToPath(new URL('application.js', import.meta.url)) : null,
        load: (id) => (id.endsWith('/application.js') ? REACT : null),
      },
    ],
    build: { write: false, rollupOptions: { input: 'application' } },
  });
  return ([built].flat()[0] as Rollup.RollupOutput).output[0].code;
}

interface Extra {
  /** Where the script comes from; the server by default. */
  script?: string;
  policy?: string;
}

const address = (body: string, { script = `${ui.url}/elements/probelog.js`, policy = '' }: Extra = {}) =>
  `${origin}/page?${new URLSearchParams({ body, script, policy })}`;
const cards = (page: Page) => page.locator('probelog-answer-card');
/** Runs in the page. */
function styleOf(element: unknown) {
  const browser = globalThis as unknown as { getComputedStyle(of: unknown): Record<string, string> };
  const { fontSize, color, letterSpacing, textTransform, position, borderTopWidth } =
    browser.getComputedStyle(element);
  return { fontSize, color, letterSpacing, textTransform, position, borderTopWidth };
}

/** Events that the page's elements sent. */
const heard = (page: Page) =>
  page.evaluate<{ type: string; detail: Record<string, unknown> }[]>('globalThis.heard');

async function openPage(body: string, extra: Extra = {}) {
  const tab = await ui.tab();
  await tab.page.addInitScript(`
    globalThis.heard = [];
    for (const type of ['probelog-select', 'probelog-results', 'probelog-error'])
      addEventListener(type, (event) => {
        heard.push({ type, detail: event.detail });
        if (globalThis.prevent) event.preventDefault();
      });`);
  await tab.page.goto(address(body, extra));
  return tab;
}

describe.runIf(HAS_BROWSER)('an element in a page of another site', () => {
  it('shows answers of the server that its script came from, and says what it found', async () => {
    const { page, faults } = await openPage('<probelog-search query="cat"></probelog-search>');
    await cards(page).first().waitFor();
    expect(await heard(page)).toEqual([
      { type: 'probelog-results', detail: { query: 'cat', count: expect.any(Number), fit: 'GOOD' } },
    ]);
    expect(await page.title()).toBe('A registry');
    expect(faults).toEqual([]);
  });

  it('says where a person goes, and stays if the page prevents it', async () => {
    const { page } = await openPage('<probelog-search query="cat"></probelog-search>');
    const link = cards(page).first().getByRole('link').first();
    await link.waitFor();
    await page.evaluate('globalThis.prevent = true');
    await link.click();
    const [, selection] = await heard(page);
    expect(selection?.detail).toEqual({
      page: 'output',
      url: expect.stringContaining(`${ui.url}/output?name=mobilenet_v1_0.25_128`),
      name: 'mobilenet_v1_0.25_128',
      version: expect.any(String),
      output: expect.any(Number),
    });
    expect(page.url()).toContain(origin);
    await page.evaluate('delete globalThis.prevent');
    await link.click();
    await page.waitForURL(`${ui.url}/output?**`);
    await page.getByText('Responds most to').waitFor();
  });

  it('follows its attributes', async () => {
    const { page } = await openPage(
      `<probelog-search query="cat" lang="de" endpoint="${ui.url}"></probelog-search>`,
    );
    await page.getByText('So sieht').first().waitFor();
    await page.locator('probelog-search').evaluate((element) => element.setAttribute('query', 'zebra'));
    await page.getByText('zebra').first().waitFor();
    await page.locator('probelog-search').evaluate((element) => element.setAttribute('lang', 'en'));
    await page.getByText('What "zebra" looks like here').waitFor();
  });

  it('keeps what it shows in the URL of the page, if it may', async () => {
    const { page, faults } = await openPage(
      '<probelog-search query="cat" url-state="find"></probelog-search>',
    );
    await cards(page).first().waitFor();
    const before = page.url();
    await page.getByRole('combobox', { name: 'What should a model recognize?' }).fill('zebra');
    await page.getByText('What "zebra" looks like here').waitFor();
    expect(new URL(page.url()).searchParams.get('find')).toBe('q=zebra');
    await page.reload();
    await page.getByText('What "zebra" looks like here').waitFor();
    await page.goBack();
    await page.getByText('What "cat" looks like here').waitFor();
    expect(page.url()).toBe(before);
    expect(faults).toEqual([]);
  });

  it.each([
    ['<probelog-model name="mobilenet_v1_0.25_128"></probelog-model>', 'How its images are prepared'],
    ['<probelog-output name="cifar10_resnet20" output="3"></probelog-output>', 'Responds most to'],
    [
      '<probelog-compare name="cifar10_resnet20" other-name="mobilenet_v1_0.25_128"></probelog-compare>',
      'All pairs',
    ],
    ['<probelog-progress name="cifar10_resnet20"></probelog-progress>', 'done'],
    ['<probelog-model name="no such"></probelog-model>', 'There is no such model'],
    ['<probelog-output name="cifar10_resnet20" output="99"></probelog-output>', 'There is no such output'],
  ])('shows %s', async (body, expected) => {
    const { page, faults } = await openPage(body);
    await page.getByText(expected).first().waitFor();
    for (const { colorScheme, viewport } of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      expect(await brokenRules(page), `${colorScheme} ${viewport.width}`).toEqual([]);
      expect(await sideways(page)).toBe(0);
    }
    expect(faults).toEqual([]);
  });

  it('works under a strict policy, with the script from the site itself', async () => {
    const policy = `default-src 'none'; img-src ${ui.url}; connect-src ${ui.url}; ${STRICT}`;
    const { page, faults } = await openPage(
      `<probelog-search endpoint="${ui.url}" query="cat"></probelog-search>
       <probelog-compare endpoint="${ui.url}" name="cifar10_resnet20" other-name="mobilenet_v1_0.25_128"></probelog-compare>`,
      { script: '/static/probelog.js', policy },
    );
    await cards(page).first().waitFor();
    await page.getByText('All pairs').waitFor();
    expect(faults).toEqual([]);
  });

  it('looks the same whatever the styles of the page, and changes nothing outside', async () => {
    const element = '<probelog-search query="cat"></probelog-search>';
    const plain = await openPage(element);
    const hostile = await openPage(`<style>${HOSTILE}</style><p id="own">own</p>${element}`);
    const looks = async ({ page }: typeof plain) => {
      const title = cards(page).first().locator('h3 a');
      await title.waitFor();
      return title.evaluate(styleOf);
    };
    expect(await looks(hostile)).toEqual(await looks(plain));
    expect(await hostile.page.locator('#own').evaluate(styleOf)).toMatchObject({ fontSize: '60px' });
    expect(
      await plain.page.evaluate(
        'document.adoptedStyleSheets.length + document.querySelectorAll("style").length',
      ),
    ).toBe(0);
  });

  it('takes colors and parts from the page', async () => {
    const { page } = await openPage(`<style>
        probelog-search { --probelog-accent: rgb(1, 2, 3); }
        probelog-search::part(card) { border-width: 7px; }
      </style><probelog-search query="cat"></probelog-search>`);
    const card = cards(page).first().locator('article');
    await card.waitFor();
    expect(await card.evaluate(styleOf)).toMatchObject({ borderTopWidth: '7px' });
    const link = card.locator('h3 a');
    expect(await link.evaluate(styleOf)).toMatchObject({ color: 'rgb(1, 2, 3)' });
  });

  it('stays as it is when a second script defines it', async () => {
    const warnings: string[] = [];
    const { page, faults } = await openPage('<probelog-search query="cat"></probelog-search>');
    page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
    await cards(page).first().waitFor();
    await page.addScriptTag({ url: '/static/probelog.js', type: 'module' });
    await expect.poll(() => warnings.join('\n')).toContain('<probelog-search> is already defined');
    await page.locator('probelog-search').evaluate((element) => element.setAttribute('query', 'zebra'));
    await page.getByText('What "zebra" looks like here').waitFor();
    expect(faults).toEqual([]);
  });

  it('works in React', async () => {
    const body = '<div id="root"></div><script type="module" src="/react.js"></script>';
    const { page, faults } = await ui.tab();
    const script = `${ui.url}/elements/probelog.js`;
    await page.goto(`${origin}/page?${new URLSearchParams({ body, script, server: ui.url })}`);
    await cards(page).first().getByRole('link').first().click();
    await expect.poll(() => page.locator('#chosen').textContent()).toBe('mobilenet_v1_0.25_128');
    expect(page.url()).toContain(origin);
    expect(faults).toEqual([]);
  });

  it('says that a server cannot be reached', async () => {
    const { page } = await openPage(
      '<probelog-search endpoint="http://127.0.0.1:9" query="cat"></probelog-search>',
    );
    await page.getByText('The server cannot be reached.').waitFor();
    expect(await heard(page)).toEqual([
      { type: 'probelog-error', detail: { code: 'NETWORK', message: 'The server cannot be reached.' } },
    ]);
  });
});

describe.runIf(HAS_BROWSER)('the examples of docs/ui.md', () => {
  const page = readFileSync(new URL('../../docs/ui.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```html\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);

  it.each(blocks)('%#', async (block) => {
    const body = block.replaceAll('https://probelog.example', ui.url);
    const { page, faults } = await openPage(body, { script: '' });
    const shown = block.includes('<iframe') ? page.frameLocator('iframe') : page;
    await shown.locator('probelog-strength-bar, probelog-model-page dl').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('are there', () => expect(blocks.length).toBeGreaterThan(3));
});

describe.runIf(HAS_BROWSER)('a frame', () => {
  it('shows an element, and opens links in tabs', async () => {
    const body = `<iframe title="models" width="1000" height="800" src="${ui.url}/embed?element=search&query=cat"></iframe>`;
    const { page, faults } = await openPage(body, { script: '/static/probelog.js' });
    const frame = page.frameLocator('iframe');
    const link = frame.locator('probelog-answer-card h3 a').first();
    const [tab] = await Promise.all([page.waitForEvent('popup'), link.click()]);
    await tab.getByText('Responds most to').waitFor();
    expect(faults).toEqual([]);
  });

  it('is refused to other sites, and never shows another page', async () => {
    for (const path of ['/', '/model?name=a', '/graphql']) {
      const { headers } = await fetch(ui.url + path, { headers: { accept: 'text/html' } });
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
    }
    const { headers } = await fetch(`${ui.url}/embed`);
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors ${origin}`);
    expect(headers.get('x-frame-options')).toBeNull();
    const { page } = await ui.tab();
    const body = `<iframe title="models" src="${ui.url}/embed?query=cat"></iframe>`;
    await page.goto(`${origin.replace('127.0.0.1', 'localhost')}/page?${new URLSearchParams({ body })}`);
    await expect
      .poll(() => page.frames().map((frame) => frame.url()))
      .toContain('chrome-error://chromewebdata/');
  });
});

describe('the script', () => {
  /** A file with all that it imports at once. */
  const closure = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const [, other] of readFileSync(BUILT + name, 'utf8').matchAll(/(?:from|import)"\.\/([^"]+)"/g))
      if (other) closure(other, seen);
    return seen;
  };
  const sizeOf = (...names: string[]) =>
    [...new Set(names.flatMap((name) => [...closure(name)]))].reduce(
      (sum, name) => sum + gzipSync(readFileSync(BUILT + name), { level: 9 }).length,
      0,
    );
  const fileOf = (page: string) =>
    readdirSync(BUILT).find((name) => name.startsWith(page) && name.endsWith('.js')) ?? '';

  it.each([
    ['search-page', 30],
    ['model-page', 30],
  ])('is small with %s: at most %i KiB', (page, limit) => {
    expect(sizeOf('probelog.js', fileOf(page)) / KIB).toBeLessThanOrEqual(limit);
  });

  it('loads a comparison only when it is shown, in at most 25 KiB', () => {
    const compare = fileOf('compare-page');
    expect([...closure('probelog.js')]).not.toContain(compare);
    expect(gzipSync(readFileSync(BUILT + compare)).length / KIB).toBeLessThanOrEqual(25);
  });

  it('may be loaded by all sites, and is checked for changes', async () => {
    const { headers } = await fetch(`${ui.url}/elements/probelog.js`);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('cache-control')).toBe('no-cache');
    const part = await fetch(`${ui.url}/elements/${fileOf('search-page')}`, {
      headers: { 'accept-encoding': 'br' },
    });
    expect(part.headers.get('cache-control')).toMatch(/immutable/);
    expect(part.headers.get('content-encoding')).toBe('br');
  });
});

// The last, because from then on the server needs a key.
describe.runIf(HAS_BROWSER)('once there is a key', () => {
  it('an element takes it from the page, and never asks a person for it', async () => {
    const { secret } = await createApiKey(ui.demo.service.store.apiKeys, {
      name: 'a page',
      scopes: ['READ'],
    });
    ui.demo.service.access.keyChanged('');
    const { page } = await openPage('<probelog-search query="cat"></probelog-search>');
    await page.getByText('This page has no access to the server.').waitFor();
    expect(await page.locator('input[type="password"]').count()).toBe(0);
    expect((await heard(page))[0]?.detail.code).toBe('UNAUTHENTICATED');
    await page.locator('probelog-search').evaluate((element, key) => {
      Object.assign(element, { getKey: async () => key });
    }, secret);
    await page.getByRole('button', { name: 'Try again' }).click();
    await cards(page).first().waitFor();
    expect(await page.content()).not.toContain(secret);
  });
});
