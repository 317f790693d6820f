import { spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OURS = join(ROOT, 'scripts/install/skip-gpu-libraries.cjs');

/** A project that has ProbeLog and the installer of ONNX Runtime, which cannot download: it lacks the package that would. */
async function project(place: string): Promise<{ probelog: string; installer: string }> {
  const folder = await temporaryFolder();
  const probelog = join(folder, 'node_modules/probelog');
  const runtime = join(folder, place, 'onnxruntime-node');
  await mkdir(probelog, { recursive: true });
  await cp(join(ROOT, 'node_modules/onnxruntime-node/script'), join(runtime, 'script'), { recursive: true });
  await mkdir(join(runtime, 'node_modules/adm-zip'), { recursive: true });
  await writeFile(join(runtime, 'node_modules/adm-zip/index.js'), '');
  return { probelog, installer: join(runtime, 'script/install.js') };
}

const statusOf = (...args: string[]) =>
  spawnSync(process.execPath, args, { stdio: 'ignore', env: {} }).status;
const keepFromNetwork = (cwd: string) => spawnSync(process.execPath, [OURS], { cwd, stdio: 'ignore' }).status;

describe.each([
  'node_modules',
  'node_modules/@xenova/transformers/node_modules',
  'node_modules/probelog/node_modules',
])("ONNX Runtime's installer in %s", (place) => {
  it('downloads nothing after the script of ProbeLog, however often that runs', async () => {
    const { probelog, installer } = await project(place);
    expect(statusOf(installer)).not.toBe(0);
    for (let run = 0; run < 2; run++) expect(keepFromNetwork(probelog)).toBe(0);
    expect(statusOf(installer)).toBe(0);
  });
});

it("ONNX Runtime's installer still downloads GPU libraries on request", async () => {
  const { probelog, installer } = await project('node_modules');
  keepFromNetwork(probelog);
  expect(statusOf(installer, '--onnxruntime-node-install')).not.toBe(0);
});
