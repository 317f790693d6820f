import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.js';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));
const OTHER = process.platform === 'darwin' ? 'linux' : 'darwin';
const OURS = `bin/napi-v6/${process.platform}/${process.arch}`;

/** An installation of a few packages, after the script. @returns what is left in node_modules, with ONNX Runtime's platforms */
async function slimmed(packages: Record<string, object>): Promise<string[]> {
  const root = await temporaryFolder();
  await cp(SCRIPTS, join(root, 'scripts'), { recursive: true });
  await writeFile(
    join(root, 'package.json'),
    JSON.stringify({
      dependencies: { client: '1', 'onnxruntime-node': '1' },
      devDependencies: { compiler: '1' },
    }),
  );
  for (const path of [...Object.keys(packages), `node_modules/onnxruntime-node/${OURS}`])
    await mkdir(join(root, path), { recursive: true });
  await mkdir(join(root, `node_modules/onnxruntime-node/bin/napi-v6/${OTHER}/mips`), { recursive: true });
  await writeFile(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  const { status, stderr } = spawnSync(process.execPath, ['scripts/packages/slim.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  const entries = await readdir(join(root, 'node_modules'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'node_modules/').length))
    .filter((path, _, all) => !all.some((other) => dirname(other) === path))
    .sort();
}

const PACKAGES = {
  'node_modules/onnxruntime-node': {},
  'node_modules/client': {
    dependencies: { needed: '1' },
    optionalDependencies: { platform: '1' },
    peerDependencies: { compiler: '*', host: '*' },
    peerDependenciesMeta: { compiler: { optional: true } },
  },
  'node_modules/client/node_modules/needed': {},
  'node_modules/needed': {},
  'node_modules/platform': {},
  'node_modules/host': {},
  'node_modules/compiler': { devOptional: true, dependencies: { 'of-compiler': '1' } },
  'node_modules/of-compiler': { devOptional: true },
};

it('an installation for production keeps what dependencies lead to, and ONNX Runtime for this platform', async () => {
  expect(await slimmed(PACKAGES)).toEqual([
    'client/node_modules/needed',
    'host',
    `onnxruntime-node/${OURS}`,
    'platform',
  ]);
});

it('an installation for development keeps everything', async () => {
  const left = await slimmed({ ...PACKAGES, 'node_modules/test-runner': { dev: true } });
  expect(left).toEqual(
    expect.arrayContaining([
      'compiler',
      'of-compiler',
      'test-runner',
      `onnxruntime-node/bin/napi-v6/${OTHER}/mips`,
    ]),
  );
});
