import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

const MAX_OUTPUT_SHOWN = 4_000;

/** Runs a program in the root. Throws, with the end of its output, if it fails. */
export function run(program, args, options = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    ...options,
    env: { ...process.env, ...options.env },
  });
  if (error) throw new Error(`Cannot run ${program}: ${error.message}`);
  if (status === 0) return;
  const output = `${stdout}\n${stderr}`.trim().slice(-MAX_OUTPUT_SHOWN);
  throw new Error(`${[program, ...args].join(' ')} exited with ${signal ?? status}:\n${output}`);
}

/** Runs the program of an installed package. @param entry its file in node_modules */
export function runPackage(entry, args, options) {
  run(process.execPath, [join(ROOT, 'node_modules', entry), ...args], options);
}

/** Whether a program runs and succeeds. */
export function succeeds(program, args, options = {}) {
  return spawnSync(program, args, { cwd: ROOT, stdio: 'ignore', ...options }).status === 0;
}
