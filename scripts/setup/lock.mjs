import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ROOT } from './paths.mjs';

const LOCK = join(ROOT, '.setup-lock');
const POLL_MS = 250;
/** Longer than a process takes between creating the file and writing its owner into it. */
const TAKING_MS = 5_000;

/** Runs an action while no other setup of this clone runs: `npm start` and `npm test` may be started together. */
export async function withLock(action) {
  let isWaiting = false;
  while (!take()) {
    const owner = readOwner();
    if (owner !== null && !isAlive(owner)) {
      removeOf(owner);
      continue;
    }
    if (owner !== null && !isWaiting) {
      console.error(`setup: waiting for another setup (process ${owner}, .setup-lock) …`);
      isWaiting = true;
    }
    await setTimeout(POLL_MS);
  }
  try {
    return await action();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function take() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process id in the lock; 0 if the lock was left empty; null if it is gone or not written yet. */
function readOwner() {
  try {
    const owner = Number(readFileSync(LOCK, 'utf8'));
    const isBeingTaken = owner === 0 && Date.now() - statSync(LOCK).mtimeMs < TAKING_MS;
    return isBeingTaken ? null : owner;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  try {
    // Another program may have been given this id, above all after a restart of the machine.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node');
  } catch {
    return true;
  }
}

/** Removes the lock of a dead process, unless another process has done so and taken the lock meanwhile. */
function removeOf(owner) {
  const aside = `${LOCK}.${process.pid}`;
  try {
    renameSync(LOCK, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (Number(readFileSync(aside, 'utf8')) === owner) rmSync(aside);
  else renameSync(aside, LOCK);
}
