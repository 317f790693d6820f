import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RUNNER_PYTHON, requires } from '../fixtures/requires.js';

const PACKAGE = fileURLToPath(new URL('../../runners/python/', import.meta.url));

/** Each loads several frameworks, on a machine that runs other tests at the same time. */
const TIMEOUT_MS = 15 * 60_000;

describe.runIf(requires('runner'))('the Python runner', { timeout: TIMEOUT_MS }, () => {
  it('passes its own tests', async () => {
    expect(await run('-m', 'pytest')).toEqual({ status: 0, output: expect.stringContaining(' passed') });
  });

  it('has the types that it declares', async () => {
    expect(await run('-m', 'mypy', '--cache-dir', '/dev/null')).toMatchObject({ status: 0 });
  });
});

/** Without `CI`, which makes pytest print more. */
function run(...options: string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const { CI: _, ...env } = process.env;
    const python = spawn(RUNNER_PYTHON, options, { cwd: PACKAGE, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [python.stdout, python.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    python.once('error', reject).once('close', (status) => resolve({ status, output }));
  });
}
