import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('imports point one way, enter folders by their index, and make no cycles', () => {
  const cruiser = fileURLToPath(
    new URL('../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url),
  );
  const output = execFileSync(process.execPath, [cruiser, 'src', '--output-type', 'json'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  const { summary } = JSON.parse(output) as {
    summary: { violations: { from: string; to: string; rule: { name: string } }[] };
  };
  expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
});
