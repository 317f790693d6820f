import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const EXAMPLE = new URL('examples/host-registry/', ROOT);
const read = (url: URL) => readFileSync(url, 'utf8');

/** The packages that the page says to install, with their versions. */
function printedPackages(): Map<string, string> {
  const commands = read(new URL('README.md', EXAMPLE))
    .replaceAll('\\\n', ' ')
    .matchAll(/npm install (.+)/g);
  const specs = [...commands]
    .flatMap(([, line]) => line.split(/\s+/))
    .filter((word) => !word.startsWith('--'));
  return new Map(
    specs.map((spec) => {
      const at = spec.indexOf('@', 1);
      return at < 0 ? [spec, ''] : [spec.slice(0, at), spec.slice(at + 1)];
    }),
  );
}

it('what the page of the example installs is what this repository runs it with', () => {
  const { packages } = JSON.parse(read(new URL('package-lock.json', ROOT)));
  const { probelog, ...versions } = Object.fromEntries(printedPackages());
  expect(probelog).toBe('');
  const installed = (name: string): string =>
    packages[`node_modules/${name === 'prisma' ? 'prisma-cli' : name}`]?.version ?? 'none';
  const others = Object.entries(versions).filter(
    ([name, version]) => version === '' || !`${installed(name)}.`.startsWith(`${version}.`),
  );
  expect(others).toEqual([]);
});

it('the page of the example installs every package that its code imports', () => {
  const folder = new URL('src/', EXAMPLE);
  const code = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const imported = code.flatMap((name) =>
    [...read(new URL(name, folder)).matchAll(/from '((?:@[^/']+\/)?[^./'][^/']*)[^']*'/g)].map(
      ([, each]) => each,
    ),
  );
  const missing = imported.filter((name) => !name.startsWith('node:') && !printedPackages().has(name));
  expect(imported.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});
