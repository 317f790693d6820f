import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const MODULE = new URL('scripts/packages/production.mjs', ROOT).href;

interface Package {
  path: string;
  name: string;
  version: string;
  license: string;
}

const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const { productionPackages } = (await import(MODULE)) as {
  productionPackages(packages: object): Package[];
};
const lock: Record<string, { hasInstallScript?: boolean; dev?: boolean }> = JSON.parse(
  read('package-lock.json'),
).packages;
const installed = productionPackages(lock);
const names = installed.map(({ name }) => name);

it('production installs no tools of development, no second ONNX Runtime, and nothing that downloads FAISS', () => {
  const unwanted =
    /^(prisma|@prisma\/(dev|studio-core|engines)|typescript|onnxruntime-web|faiss-node|react|vitest)$/;
  expect(names.filter((name) => unwanted.test(name))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['onnxruntime-node', '@huggingface/transformers', 'graphql']));
});

it('production installs every package that npm does not mark as one for development', () => {
  const unmarked = Object.entries(lock).filter(([path, { dev }]) => path !== '' && !dev);
  const paths = new Set(installed.map(({ path }) => path));
  // The compiler is an optional peer of @prisma/client: scripts/packages/slim.mjs removes it.
  expect(unmarked.map(([path]) => path).filter((path) => !paths.has(path))).toEqual([
    'node_modules/typescript',
  ]);
  expect([...paths].filter((path) => lock[path].dev)).toEqual([]);
});

it('the install scripts of packages are known: none needs a network, except one that ours keeps from it', () => {
  const withScript = installed.filter(({ path }) => lock[path].hasInstallScript).map(({ name }) => name);
  expect([...new Set(withScript)].sort()).toEqual([
    // Compares versions.
    '@apollo/protobufjs',
    // Downloads GPU libraries: scripts/install/skip-gpu-libraries.cjs.
    'onnxruntime-node',
  ]);
});

it('FAISS is not installed unless its user installs it', () => {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta, devDependencies } =
    JSON.parse(read('package.json'));
  expect({ ...dependencies, ...optionalDependencies }).not.toHaveProperty('faiss-node');
  expect(peerDependenciesMeta).toEqual({ 'faiss-node': { optional: true } });
  expect(peerDependencies['faiss-node']).toBe(`^${devDependencies['faiss-node']}`);
});

it('docs/licenses.md has every license of what production installs, and names each package of an unusual one', () => {
  const rows = [...read('docs/licenses.md').matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)];
  const listed = new Map(rows.map(([, license, packages]) => [license, packages]));
  const unlisted = installed.filter(({ name, license }) => {
    const packages = listed.get(license);
    return packages !== 'any' && !packages?.split(', ').includes(`\`${name}\``);
  });
  expect(unlisted.map(({ name, license }) => `${license}: ${name}`)).toEqual([]);
  const used = new Set(installed.map(({ license }) => license));
  expect([...listed.keys()].filter((license) => !used.has(license))).toEqual([]);
});
