import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProbelog } from './run-probelog.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
let script: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  script = join(folder, 'probelog.bash');
  const { code, stdout } = await runProbelog(['completion', 'bash'], { dataFolder: folder });
  expect(code).toBe(0);
  await writeFile(script, stdout);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a real bash offers for the last word. */
async function offered(words: string[]): Promise<string[]> {
  const asked = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _probelog; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', asked, 'bash', script, 'probelog', ...words]);
  return stdout.split('\n').filter((line) => line !== '');
}

it.each([
  [['s'], ['serve', 'sync', 'search', 'schema']],
  [
    ['keys', ''],
    ['create', 'list', 'revoke', 'help'],
  ],
  [['completion', 'z'], ['zsh']],
  [
    ['search', 'dog', '--js'],
    ['--json', '--jsonl'],
  ],
  [['search', '--metric', 'A'], ['ASYMMETRIC']],
  [['search', '--metric', '=', 'S'], ['SCORE']],
  [['ingests', '--status', 'f'], ['failed']],
  // A file: bash offers those of the folder by itself.
  [['ingest', '--labels', ''], []],
])('bash completes %j', async (words, wanted) => {
  expect(await offered(words)).toEqual(wanted);
});

it('is loaded as the help says', async () => {
  const probelog = join(folder, 'probelog');
  await writeFile(probelog, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  await chmod(probelog, 0o755);
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', 'source <(probelog completion bash) && complete -p probelog'],
    { cwd: folder, env: { PATH: `${folder}${delimiter}${process.env.PATH}` } },
  );
  expect(stdout).toBe('complete -F _probelog probelog\n');
});

it.each(['zsh', 'fish'])('%s completes commands, options and values', async (shell) => {
  const { code, stdout } = await runProbelog(['completion', shell], { dataFolder: folder });
  expect(code).toBe(0);
  for (const word of ['doctor', 'revoke', 'ASYMMETRIC', 'jsonl']) expect(stdout).toContain(word);
});

it('of another shell: exit status 2, naming those that there are', async () => {
  const { code, stderr } = await runProbelog(['completion', 'cmd'], { dataFolder: folder });
  expect([code, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
});
