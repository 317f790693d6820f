#!/usr/bin/env node
/**
 * Makes a release: checks and tests the tree, sets the version, dates the changelog, checks what `npm pack` would publish,
 * commits and tags. It neither pushes nor publishes; the last lines it prints do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup/paths.mjs';

const BRANCH = 'main';
/** Folders of the published packages, each with what its archive must contain and may contain. */
const PACKAGES = [
  {
    folder: '.',
    required: [
      'LICENSE',
      'README.md',
      'dist/src/cli/main.js',
      'dist/src/client/index.js',
      'dist/src/index.d.ts',
      'dist/src/index.js',
      'prisma/schema.prisma',
      'schema.graphql',
      'schema.subgraph.graphql',
    ],
    allowed:
      /^(LICENSE|README\.md|package\.json|schema(\.subgraph)?\.graphql|prisma\/.+|dist\/src\/.+\.(js|d\.ts))$/,
  },
];

const HELP = `usage: npm run release -- <major | minor | patch | x.y.z> [--dry-run]

Checks and tests the tree, sets the version, dates the changelog, checks the packages, commits and tags.

  --dry-run  print every step and change, and change nothing
  --help     print this`;

const args = process.argv.slice(2);
if (args.includes('--help')) console.log(HELP);
else {
  try {
    release(args);
  } catch (error) {
    console.error(`release: ${error.message}`);
    process.exitCode = 1;
  }
}

function release(args) {
  const isDry = args.includes('--dry-run');
  const [bump, ...rest] = args.filter((arg) => arg !== '--dry-run');
  if (bump === undefined || rest.length > 0 || bump.startsWith('-'))
    throw new Error(`invalid arguments\n${HELP}`);

  const current = JSON.parse(read('package.json')).version;
  const version = nextVersion(current, bump);
  const tag = `v${version}`;
  console.log(`${current} → ${version}`);
  checkRepository(tag);
  const changes = [...versionChanges(version), datedChangelog(version)];

  if (isDry) console.log('would run npm run check and npm test');
  else for (const script of ['check', 'test']) step(`npm run ${script}`, 'npm', ['run', script], 'inherit');

  for (const { path, text, summary } of changes) {
    console.log(`${isDry ? 'would change' : 'changes'} ${path}: ${summary}`);
    if (!isDry) writeFileSync(join(ROOT, path), text);
  }
  try {
    for (const each of PACKAGES) checkPackage(each);
  } catch (error) {
    if (!isDry) git('checkout', '--', ...changes.map(({ path }) => path));
    throw error;
  }
  if (isDry) return console.log(`would commit "release: ${version}" and tag ${tag}`);
  git('add', ...changes.map(({ path }) => path));
  git('commit', '--quiet', '-m', `release: ${version}`);
  git('tag', '-a', tag, '-m', `ProbeLog ${version}`);
  console.log(`committed and tagged ${tag}. Publish it with:\n  git push --follow-tags`);
  for (const { folder } of PACKAGES) console.log(`  npm publish${folder === '.' ? '' : ` ./${folder}`}`);
}

/** @throws Error if the tree has changes, is on another branch, or the tag exists */
function checkRepository(tag) {
  const branch = git('branch', '--show-current');
  if (branch !== BRANCH) throw new Error(`Releases are made on ${BRANCH}; this is ${branch || 'no branch'}.`);
  const status = git('status', '--porcelain');
  if (status !== '') throw new Error(`The working tree has changes. Commit or stash them first:\n${status}`);
  if (git('tag', '--list', tag) !== '') throw new Error(`The tag ${tag} exists already.`);
}

function nextVersion(current, bump) {
  const [major, minor, patch] = current.split('.').map(Number);
  if (bump === 'major') return `${major + 1}.0.0`;
  if (bump === 'minor') return `${major}.${minor + 1}.0`;
  if (bump === 'patch') return `${major}.${minor}.${patch + 1}`;
  if (!/^\d+\.\d+\.\d+$/.test(bump))
    throw new Error(`${bump} is not major, minor, patch or a version.\n${HELP}`);
  const next = bump.split('.').map(Number);
  const difference = next.map((part, i) => part - [major, minor, patch][i]).find((part) => part !== 0) ?? 0;
  if (difference <= 0) throw new Error(`${bump} is not above the current version, ${current}.`);
  return bump;
}

/** Only the version changes, so that the files keep their form. */
function versionChanges(version) {
  const manifests = PACKAGES.map(({ folder }) => join(folder, 'package.json'));
  const locks = ['package-lock.json'].filter((path) => existsSync(join(ROOT, path)));
  return [...manifests, ...locks].map((path) => {
    const before = read(path);
    const { version: old } = JSON.parse(before);
    // In the lock file, the version of the root package stands twice, before those of all others.
    let left = path.endsWith('package-lock.json') ? 2 : 1;
    const text = before.replaceAll(`"version": "${old}"`, (found) =>
      left-- > 0 ? `"version": "${version}"` : found,
    );
    return { path, text, summary: `version ${version}` };
  });
}

/** @throws Error if the section Unreleased has no entries */
function datedChangelog(version) {
  const path = 'CHANGELOG.md';
  const before = read(path);
  const [heading, entries] = /^## \[Unreleased\]\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(before) ?? [];
  if (heading === undefined) throw new Error(`${path} has no section "## [Unreleased]".`);
  if (!/^- /m.test(entries)) throw new Error(`${path} has no entries under Unreleased. Say what changed.`);
  const title = `## [${version}] - ${new Date().toISOString().slice(0, 10)}`;
  const text = before.replace(/^## \[Unreleased\]\n/m, () => `## [Unreleased]\n\n${title}\n`);
  return { path, text, summary: title };
}

/** @throws Error if the archive lacks a file or has one that it should not */
function checkPackage({ folder, required, allowed }) {
  // Built and generated by the checks before; the scripts of npm would do it again.
  const output = step('npm pack', 'npm', ['pack', `./${folder}`, '--dry-run', '--json', '--ignore-scripts']);
  const [packed] = Object.values(JSON.parse(output));
  const paths = packed.files.map(({ path }) => path);
  const missing = required.filter((path) => !paths.includes(path));
  if (missing.length > 0) throw new Error(`${packed.name} would lack ${missing.join(', ')}.`);
  const unexpected = paths.filter((path) => !allowed.test(path));
  if (unexpected.length > 0) throw new Error(`${packed.name} would contain ${unexpected.join(', ')}.`);
  console.log(`${packed.name}: ${paths.length} files, ${(packed.size / 1e6).toFixed(1)} MB packed`);
}

function read(path) {
  return readFileSync(join(ROOT, path), 'utf8');
}

function git(...args) {
  return step(`git ${args[0]}`, 'git', args).trim();
}

/** @returns the standard output, unless it is inherited */
function step(title, program, args, output = 'pipe') {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', output, output],
  });
  if (status === 0) return stdout ?? '';
  throw new Error(`${title} failed. ${error?.message ?? stderr ?? ''}`.trim());
}
