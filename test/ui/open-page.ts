import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The first search waits for what all concepts are compared with, seconds of work on a busy machine. */
const TIMEOUT_MS = 100_000;

/** A page with all that it did wrong. */
export interface WatchedPage {
  page: Page;
  /** Errors in the console, among them violations of the content security policy. */
  faults: string[];
  /** Requests to anything but the server. */
  elsewhere: string[];
}

/** Opens a tab of its own, with nothing stored, and watches it. */
export async function openTab(
  browser: Browser,
  server: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const faults: string[] = [];
  const elsewhere: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== server) elsewhere.push(request.url());
  });
  return { page, faults, elsewhere };
}

/** Waits until the page has all images that are in it. @param images in any shadow root */
export async function imagesLoaded(images: Locator): Promise<void> {
  await expect
    .poll(() =>
      images.evaluateAll((all) => all.every((image) => 'naturalWidth' in image && image.naturalWidth)),
    )
    .toBe(true);
}

/** Rules that axe finds broken, each with the elements. */
export async function brokenRules(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
}
