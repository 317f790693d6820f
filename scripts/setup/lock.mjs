import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ROOT } from './paths.mjs';

const FOLDER = join(ROOT, '.setup-lock');
const OWNER = join(FOLDER, 'pid');

/** Does something while no other setup of this clone runs: `npm start` and `npm test` may be called at once. */
export async function withLock(action) {
  let waiting = false;
  while (!taken()) {
    if (!waiting) console.error('setup: another setup is running; waiting for it …');
    waiting = true;
    await setTimeout(500);
  }
  try {
    await action();
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
}

function taken() {
  try {
    mkdirSync(FOLDER);
    writeFileSync(OWNER, String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!ownerIsAlive()) rmSync(FOLDER, { recursive: true, force: true });
    return false;
  }
}

function ownerIsAlive() {
  try {
    process.kill(Number(readFileSync(OWNER, 'utf8')), 0);
    return true;
  } catch (error) {
    // No file yet: the owner is between its two steps.
    return error.code === 'EPERM' || error.code === 'ENOENT';
  }
}
