import { spawnSync } from 'node:child_process';
import { ROOT } from './paths.mjs';

/** Runs a program in the root and throws, with the end of its output, when it fails. */
export function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    ...options,
    env: { ...process.env, ...options.env },
  });
  if (error) throw new Error(`${program} cannot be run: ${error.message}`);
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} said:\n${`${stdout}\n${stderr}`.trim().slice(-4000)}`);
  return stdout;
}

/** Whether a program runs and succeeds. */
export function succeeds(program, args, options = {}) {
  return spawnSync(program, args, { cwd: ROOT, stdio: 'ignore', ...options }).status === 0;
}
