import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../../errors/index.js';
import { PACKAGE_ROOT } from '../package-root.js';

const MAX_MS = 30_000;

/** The output of a script, or the reason of its failure. */
export type ChildOutcome = { printed: string } | { problem: string };

/**
 * Runs a script in a child process: native code that does not fit the machine may crash the process that loads it.
 *
 * @param script CommonJS; it can require the packages of this program
 */
export async function inChild(script: string): Promise<ChildOutcome> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      cwd: PACKAGE_ROOT,
      timeout: MAX_MS,
    });
    return { printed: stdout.trim() };
  } catch (thrown) {
    return { problem: problemOf(thrown as Partial<Failure>) };
  }
}

interface Failure {
  stderr: string;
  signal: string | null;
  killed: boolean;
  message: string;
}

function problemOf({ stderr = '', signal, killed, message }: Partial<Failure>): string {
  if (killed) return `it did not finish within ${MAX_MS / 1000} s`;
  if (signal) return `it crashed (${signal})`;
  const telling = stderr.split('\n').find((line) => /^\w*Error\b/.test(line));
  return telling ?? messageOf(message).split('\n')[0];
}
