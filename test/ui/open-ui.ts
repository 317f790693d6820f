import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { findChromium, requires } from '../fixtures/requires.js';
import { openTab, type WatchedPage } from './open-page.js';

/** Tests of pages run where a browser is. */
export const HAS_BROWSER = requires('chromium');

/** Both themes on a telephone and on a desk. */
export const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [320, 1280].map((width) => ({ colorScheme, viewport: { width, height: 800 } })),
);

/** A server with its UI, and a browser, for all tests of a file. */
export interface Ui {
  readonly demo: DemoService;
  readonly url: string;
  /** Opens a tab of its own, with nothing stored. */
  tab(options?: BrowserContextOptions): Promise<WatchedPage>;
}

/**
 * Opens a server before the tests of a file, and closes it after them.
 *
 * @param fill gives the server its models
 */
export function openUi(
  fill: (demo: DemoService) => Promise<unknown>,
  environment: Record<string, string> = {},
): Ui {
  let demo: DemoService;
  let browser: Browser;
  beforeAll(async () => {
    if (!HAS_BROWSER) return;
    demo = await openDemoService(environment);
    await fill(demo);
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });
  return {
    get demo() {
      return demo;
    },
    get url() {
      return demo.server.url;
    },
    tab: (options) => openTab(browser, demo.server.url, options),
  };
}

/** Pixels that a page can be scrolled sideways. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
