import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function printed(script: string): string {
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  const { stdout, stderr, status } = spawnSync('npm', ['run', '--silent', script], options);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

it('npm run sbom prints all that production installs, in CycloneDX, as npm run licenses does in lines', () => {
  const { bomFormat, specVersion, components, dependencies } = JSON.parse(printed('sbom'));
  expect([bomFormat, specVersion]).toEqual(['CycloneDX', expect.stringMatching(/^1\./)]);
  const listed = components.map(({ name, version }: Record<string, string>) => `${name}@${version}`);
  const licensed = printed('licenses').trim().split('\n');
  expect(listed.sort()).toEqual(licensed.map((line) => line.split('\t')[1]).sort());
  expect(listed).toEqual(expect.arrayContaining([expect.stringMatching(/^@huggingface\/transformers@/)]));
  for (const { purl, hashes, licenses } of components)
    expect({ purl, hashes, licenses }).toEqual({
      purl: expect.stringMatching(/^pkg:npm\//),
      hashes: [expect.anything()],
      licenses: [expect.anything()],
    });
  const references = new Set(dependencies.map(({ ref }: { ref: string }) => ref));
  expect(dependencies.flatMap(({ dependsOn }: { dependsOn: string[] }) => dependsOn)).toSatisfy(
    (all: string[]) => all.every((each) => references.has(each)),
  );
});
