#!/usr/bin/env node
/**
 * Runs the server from the sources: the compiler watches `src`, and the server restarts after each build without errors. The
 * data folder stays, so models and keys survive a restart.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TSC = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const MAIN = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));
/** A server that has not stopped by then is killed. */
const STOP_MS = 10_000;

const HELP = `usage: npm run dev [-- [--inspect[=host:port]] [command [arguments]]]

Runs a probelog command, \`serve --demo\` by default, and restarts it whenever a source file changes.

  --inspect  let a debugger attach to the main process
  --help     print this`;

const args = process.argv.slice(2);
if (args.includes('--help')) console.log(HELP);
else dev(args);

function dev(args) {
  const nodeFlags = args.filter((arg) => arg.startsWith('--inspect'));
  const given = args.filter((arg) => !nodeFlags.includes(arg));
  const command = given.length > 0 ? given : ['serve', '--demo'];

  let server;
  let isEnding = false;
  /** Restarts run one after another: two servers cannot share a port and a data folder. */
  let queue = Promise.resolve();

  const compiler = spawn(process.execPath, [TSC, '-p', 'tsconfig.json', '--watch', '--preserveWatchOutput'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: compiler.stdout }).on('line', (line) => {
    const errors = /Found (\d+) errors?\./.exec(line)?.[1];
    if (errors === '0') queue = queue.then(restart);
    else if (line.trim() !== '') console.error(`dev: ${line}`);
  });
  compiler.on('exit', (code) => end(code ?? 1));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(0));

  async function restart() {
    if (isEnding) return;
    const started = Date.now();
    const isFirst = server === undefined;
    await stop();
    if (isEnding) return;
    console.error(isFirst ? `dev: starting probelog ${command.join(' ')}` : 'dev: restarting');
    const child = spawn(process.execPath, ['--enable-source-maps', ...nodeFlags, MAIN, ...command], {
      stdio: ['inherit', 'pipe', 'inherit'],
    });
    server = child;
    child.stdout.on('data', (text) => process.stdout.write(text));
    child.stdout.once('data', () =>
      console.error(`dev: running after ${((Date.now() - started) / 1000).toFixed(1)} s`),
    );
    child.on('exit', (code) => {
      if (server === child && !isEnding)
        console.error(`dev: exited with ${code}; waiting for a source file to change`);
    });
  }

  async function stop() {
    const child = server;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    server = null;
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await once(child, 'exit');
    clearTimeout(kill);
  }

  async function end(code) {
    if (isEnding) return;
    isEnding = true;
    compiler.kill();
    await stop();
    process.exit(code);
  }
}
