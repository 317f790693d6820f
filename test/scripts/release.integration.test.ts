import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.js';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));
const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- A thing.

## [0.1.0] - 2026-11-01

- The first one.
`;
const PACKED = [
  'LICENSE',
  'README.md',
  'dist/src/cli/main.js',
  'dist/src/client/index.d.ts',
  'dist/src/client/index.js',
  'dist/src/index.d.ts',
  'dist/src/index.js',
  'prisma/schema.prisma',
  'scripts/install/build-faiss.mjs',
  'scripts/install/skip-gpu-libraries.cjs',
  'schema.graphql',
  'schema.subgraph.graphql',
  'src/client/README.md',
];
const MANIFEST = {
  name: 'probelog',
  version: '0.1.0',
  files: [
    'dist/src',
    'dist/test',
    'prisma',
    'schema.graphql',
    'schema.subgraph.graphql',
    'scripts/install/build-faiss.mjs',
    'scripts/install/skip-gpu-libraries.cjs',
  ],
  scripts: { check: 'echo checked >> steps.log', test: 'echo tested >> steps.log' },
};
const LOCK = {
  name: 'probelog',
  version: '0.1.0',
  packages: { '': { version: '0.1.0' }, 'node_modules/a': { version: '0.1.0' } },
};

let clone: string;

/** A repository with as much as a release reads. */
beforeEach(async () => {
  clone = await temporaryFolder();
  await cp(SCRIPTS, join(clone, 'scripts'), { recursive: true });
  await write('package.json', `${JSON.stringify(MANIFEST, null, 2)}\n`);
  await write('package-lock.json', `${JSON.stringify(LOCK, null, 2)}\n`);
  await write('CHANGELOG.md', CHANGELOG);
  await write('src/client/package.json', '{ "name": "probelog-client" }\n');
  await write('.gitignore', 'steps.log\ndist/client-package/\n');
  for (const path of PACKED) await write(path, 'x');
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('config', 'user.name', 'test');
  await git('config', 'user.email', 'test@example.org');
  await git('add', '--all');
  await git('commit', '--quiet', '-m', 'all: begin');
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(clone, path)), { recursive: true });
  await writeFile(join(clone, path), text);
}

async function git(...args: string[]): Promise<string> {
  return (await promisify(execFile)('git', args, { cwd: clone })).stdout.trim();
}

async function release(...args: string[]) {
  return promisify(execFile)(process.execPath, ['scripts/release.mjs', ...args], { cwd: clone })
    .then((output) => ({ code: 0, ...output }))
    .catch(({ code, stdout, stderr }) => ({ code, stdout, stderr }));
}

const text = (path: string) => readFile(join(clone, path), 'utf8');

describe('a release', () => {
  it('checks, tests, sets the version, dates the changelog, commits and tags', async () => {
    const { code, stdout } = await release('minor');
    expect(code).toBe(0);
    expect(stdout).toContain('0.1.0 → 0.2.0');
    expect(await text('steps.log')).toBe('checked\ntested\n');
    expect(JSON.parse(await text('package.json'))).toEqual({ ...MANIFEST, version: '0.2.0' });
    expect(JSON.parse(await text('package-lock.json'))).toEqual({
      ...LOCK,
      version: '0.2.0',
      packages: { '': { version: '0.2.0' }, 'node_modules/a': { version: '0.1.0' } },
    });
    expect(await text('CHANGELOG.md')).toMatch(
      /## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### Added\n\n- A thing\.\n\n## \[0\.1\.0\]/,
    );
    expect(JSON.parse(await text('dist/client-package/package.json'))).toEqual({
      name: 'probelog-client',
      version: '0.2.0',
    });
    expect(stdout).toMatch(/^ {2}npm publish\n {2}npm publish \.\/dist\/client-package$/m);
    expect(await git('log', '-1', '--format=%s')).toBe('release: 0.2.0');
    expect(await git('tag', '--points-at', 'HEAD')).toBe('v0.2.0');
    expect(await git('status', '--porcelain')).toBe('');
  });

  it('shows everything and changes nothing in a dry run', async () => {
    const before = await git('rev-parse', 'HEAD');
    const { code, stdout } = await release('1.0.0', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('would change package.json: version 1.0.0');
    expect(stdout).toMatch(/^probelog-client: 5 files/m);
    expect(stdout).toContain('would commit "release: 1.0.0" and tag v1.0.0');
    expect(await git('rev-parse', 'HEAD')).toBe(before);
    expect(await git('status', '--porcelain')).toBe('');
    expect(await git('tag')).toBe('');
  });

  it('stops when a check fails, and changes nothing', async () => {
    await write(
      'package.json',
      `${JSON.stringify({ ...MANIFEST, scripts: { ...MANIFEST.scripts, test: 'exit 1' } }, null, 2)}\n`,
    );
    await git('commit', '--quiet', '--all', '-m', 'test: fail');
    const { code, stderr } = await release('patch');
    expect(code).toBe(1);
    expect(stderr).toContain('npm run test failed');
    expect(await git('status', '--porcelain')).toBe('');
  });

  it('restores the files when the package would be incomplete', async () => {
    await rm(join(clone, 'schema.graphql'));
    await git('commit', '--quiet', '--all', '-m', 'schema: lose it');
    const { code, stderr } = await release('patch');
    expect(code).toBe(1);
    expect(stderr).toContain('probelog would lack schema.graphql');
    expect(await git('status', '--porcelain')).toBe('');
  });

  it('refuses a package with files that do not belong to it', async () => {
    await write('dist/test/secret.js', 'x');
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'dist: add a test');
    expect((await release('patch', '--dry-run')).stderr).toContain('would contain dist/test/secret.js');
  });

  it('refuses a client package that lacks a file or has one that does not belong to it', async () => {
    await write('dist/src/client/operations/secret.js', 'x');
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'client: add a file');
    expect((await release('patch', '--dry-run')).stderr).toContain(
      'probelog-client would contain operations/secret.js',
    );
    await rm(join(clone, 'dist/src/client/index.d.ts'));
    await git('commit', '--quiet', '--all', '-m', 'client: lose its types');
    expect((await release('patch', '--dry-run')).stderr).toContain('probelog-client would lack index.d.ts');
  });

  it('refuses changes that are not committed', async () => {
    await write('new.txt', 'x');
    expect((await release('patch')).stderr).toContain('Commit or stash them first');
  });

  it('refuses another branch', async () => {
    await git('checkout', '--quiet', '-b', 'other');
    expect((await release('patch')).stderr).toContain('Releases are made on main; this is other.');
  });

  it('refuses a tag that exists, a version that is not above the current one, and a changelog without entries', async () => {
    await git('tag', 'v0.1.1');
    expect((await release('patch')).stderr).toContain('The tag v0.1.1 exists already.');
    expect((await release('0.1.0')).stderr).toContain('0.1.0 is not above the current version, 0.1.0.');
    expect((await release('huge')).stderr).toContain('huge is not major, minor, patch or a version.');
    await write('CHANGELOG.md', CHANGELOG.replace('- A thing.\n', ''));
    await git('commit', '--quiet', '--all', '-m', 'changelog: empty it');
    expect((await release('minor')).stderr).toContain('Say what changed.');
  });
});
