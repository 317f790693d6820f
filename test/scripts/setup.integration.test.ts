import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.js';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));

/** A folder with nothing but the scripts: they work on the folder that they lie in. */
async function emptyClone(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(SCRIPTS, join(folder, 'scripts'), { recursive: true });
  return folder;
}

async function node(folder: string, ...args: string[]) {
  return promisify(execFile)(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH } })
    .then((output) => ({ code: 0, ...output }))
    .catch(({ code, stdout, stderr }) => ({ code, stdout, stderr }));
}

/** A program that holds the lock for a moment and notes when. */
function holder(ms: number): string {
  return `
    import { appendFileSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { withLock } from './scripts/setup/lock.mjs';
    await withLock(async () => {
      appendFileSync('log', 'in ');
      await setTimeout(${ms});
      appendFileSync('log', 'out ');
    });`;
}

it('says what is out of date, and fails when anything is', async () => {
  const folder = await emptyClone();
  await writeFile(join(folder, 'package-lock.json'), '{ "packages": {} }');
  const { code, stdout } = await node(folder, 'scripts/setup.mjs', '--check');
  expect(code).toBe(1);
  expect(stdout).toMatch(/due {3}install packages/);
  expect(stdout).toMatch(/due {3}build/);
});

it('refuses an option that it does not know', async () => {
  const { code, stderr } = await node(await emptyClone(), 'scripts/setup.mjs', '--chek');
  expect(code).toBe(2);
  expect(stderr).toContain('--chek');
});

it('knows installed packages by version and content, without those of other platforms', async () => {
  const folder = await emptyClone();
  const check = async (wanted: object, present: object) => {
    await mkdir(join(folder, 'node_modules'), { recursive: true });
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }));
    await writeFile(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: present }));
    const { stdout } = await node(folder, 'scripts/setup.mjs', '--check');
    return /^(\w+) +install packages/m.exec(stdout)?.[1];
  };
  const a = { 'node_modules/a': { version: '1.0.0', integrity: 'x' } };
  expect(await check(a, a)).toBe('done');
  expect(await check(a, {})).toBe('due');
  expect(await check(a, { 'node_modules/a': { version: '1.0.0', integrity: 'y' } })).toBe('due');
  expect(await check({ ...a, 'node_modules/mac': { version: '1.0.0', optional: true } }, a)).toBe('done');
});

it('lets one setup of a clone run at a time', async () => {
  const folder = await emptyClone();
  await Promise.all(Array.from({ length: 4 }, () => node(folder, '--input-type=module', '-e', holder(50))));
  expect(await readFile(join(folder, 'log'), 'utf8')).toBe('in out '.repeat(4));
  expect(await readdir(folder)).toEqual(['log', 'scripts']);
});

it('takes over the lock of a setup that was killed', async () => {
  const folder = await emptyClone();
  const killed = spawn(process.execPath, ['--input-type=module', '-e', holder(60_000)], { cwd: folder });
  const log = join(folder, 'log');
  while ((await readFile(log, 'utf8').catch(() => '')) !== 'in ') await setTimeout(20);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  await Promise.all([1, 2].map(() => node(folder, '--input-type=module', '-e', holder(50))));
  expect(await readFile(log, 'utf8')).toBe('in in out in out ');
});
