#!/usr/bin/env node
/**
 * Makes the screenshots of docs/ui.md: `npm start`, then `npm run screenshots`. It takes the URL of a server with the demo's models,
 * and needs Chromium (CHROMIUM, or one of its usual commands).
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const IMAGES = new URL('../docs/images/', import.meta.url);
const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome'];
const SIZE = { width: 1280, height: 860 };
/** Without the path of the model's file, which comes below. */
const TOP = { width: 760, height: 620 };
/** Each with an element that comes last. */
const PAGES = [
  ['weak', '/?q=MRI of a knee', '.fit', 'light'],
  ['model', '/model?name=mobilenet_v1_0.5_160', 'probelog-model-page ol li', 'dark', TOP],
  ['compare', '/compare?a=mobilenet_v1_0.25_128&b=mobilenet_v1_0.5_160', 'canvas', 'light'],
  ['map', '/map', 'canvas', 'dark'],
  ['add', '/add', 'form', 'light'],
];
/** The first map of a gallery takes a while. */
const TIMEOUT_MS = 120_000;

const server = process.argv[2] ?? 'http://127.0.0.1:4000';
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? findCommand(),
  args: ['--no-sandbox'],
});
for (const [name, address, last, colorScheme, viewport = SIZE] of PAGES) {
  const page = await browser.newPage({ viewport, colorScheme, locale: 'en-US' });
  await page.goto(server + address);
  await page.locator(last).first().waitFor({ timeout: TIMEOUT_MS });
  await page.waitForLoadState('networkidle');
  const image = await sharp(await page.screenshot())
    .webp({ quality: 80 })
    .toBuffer();
  await writeFile(new URL(`ui-${name}.webp`, IMAGES), image);
  console.log(`docs/images/ui-${name}.webp: ${Math.ceil(image.length / 1024)} KiB`);
  await page.close();
}
await browser.close();

function findCommand() {
  for (const command of COMMANDS)
    try {
      return execFileSync('which', [command], { encoding: 'utf8' }).trim();
    } catch {
      // Another one may be there.
    }
  throw new Error('Chromium is not installed. Install it, or set CHROMIUM to its path.');
}
