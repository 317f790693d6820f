import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.js';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));

/** A compiler that reports a build whenever the file `source` changes: as many errors as it says. */
const COMPILER = `
  const { readFileSync } = require('node:fs');
  let seen;
  setInterval(() => {
    const errors = readFileSync('source', 'utf8');
    if (errors !== seen) console.log('12:00:00 - Found ' + errors + ' errors. Watching for file changes.');
    seen = errors;
  }, 20);`;
const SERVER = `
  console.log('serving ' + process.argv.slice(2));
  process.on('SIGTERM', () => { console.log('closed'); process.exit(0); });
  setInterval(() => {}, 1000);`;

let dev: ChildProcess | undefined;

afterEach(() => {
  dev?.kill('SIGKILL');
});

async function start(...args: string[]) {
  const clone = await temporaryFolder();
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(clone, path)), { recursive: true });
    await writeFile(join(clone, path), text);
  };
  await cp(SCRIPTS, join(clone, 'scripts'), { recursive: true });
  await write('node_modules/typescript/bin/tsc', COMPILER);
  await write('dist/src/cli/main.js', SERVER);
  await write('source', '0');
  const child = spawn(process.execPath, ['scripts/dev.mjs', ...args], { cwd: clone });
  dev = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  const printed = async (text: string, times = 1) => {
    while (output.split(text).length <= times) await setTimeout(20);
  };
  return { child, write, printed, output: () => output };
}

it('restarts the command after a build without errors, and only then', async () => {
  const { child, write, printed, output } = await start('serve', '--no-work');
  await printed('serving serve,--no-work');
  await write('source', '2');
  await printed('Found 2 errors');
  expect(output()).not.toContain('closed');
  await write('source', '0');
  await printed('serving', 2);
  expect(output()).toMatch(/serving[\s\S]*closed[\s\S]*serving/);
  child.kill('SIGINT');
  const [status] = await once(child, 'exit');
  expect(status).toBe(0);
  expect(output().split('closed')).toHaveLength(3);
});

it('runs the demo by default', async () => {
  const { printed } = await start();
  await printed('serving serve,--demo');
});
