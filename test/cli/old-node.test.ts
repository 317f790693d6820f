import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { isNodeTooOld, reportOldNode } from '../../src/cli/old-node.js';

afterEach(() => vi.restoreAllMocks());

it.each([
  ['14.21.3', true],
  ['18.20.8', true],
  ['20.18.3', true],
  ['20.19.0', false],
  ['22.12.0', false],
  ['26.1.0', false],
])('Node %s is too old: %s', (version, expected) => expect(isNodeTooOld(version)).toBe(expected));

function printed(args: string[]): string {
  const texts: string[] = [];
  const write = (text: unknown) => texts.push(String(text)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  reportOldNode(args);
  return texts.join('');
}

it('doctor says that Node is too old, in its own formats', () => {
  expect(printed(['doctor'])).toMatch(/^failed {3}Node\.js: this is Node v.*needs 20\.19/);
  expect(JSON.parse(printed(['doctor', '--json']))).toMatchObject({
    ok: false,
    findings: [{ check: 'Node.js', state: 'failed' }],
  });
});

it('any other command says so, and does not name the doctor', () => {
  expect(printed(['serve'])).toMatch(/^NODE_TOO_OLD: This is Node v.*Install Node/);
});

it('what an old Node must load imports nothing that it may not have', () => {
  const files = ['main.ts', 'old-node.ts', 'package-root.ts'];
  const imports = files.flatMap((file) => {
    const source = readFileSync(new URL(`../../src/cli/${file}`, import.meta.url), 'utf8');
    return [...source.matchAll(/^import (.*) from '(.*)'/gm)].map(([, names, from]) => `${names} ${from}`);
  });
  expect(imports.sort()).toEqual([
    '{ fileURLToPath } node:url',
    '{ isNodeTooOld, reportOldNode } ./old-node.js',
    '{ join } node:path',
    '{ packageFacts } ./package-root.js',
    '{ readFileSync } node:fs',
    '{ setFlagsFromString } node:v8',
  ]);
});
