import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { requires } from '../fixtures/requires.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// A link to a folder of one machine dangles in every other clone. `.gitignore` misses links where its line ends in a slash.
it.runIf(requires('a Git checkout'))('Git tracks no symbolic link', () => {
  const { stdout, status } = spawnSync('git', ['ls-files', '--stage'], { cwd: ROOT, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('package.json');
  expect(stdout.split('\n').filter((line) => line.startsWith('120000'))).toEqual([]);
});
