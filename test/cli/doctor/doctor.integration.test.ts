import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { runProbelog } from '../run-probelog.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** This program installed elsewhere, without some of its packages. */
async function installedWithout(...packages: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const part of ['package.json', 'prisma', 'dist/src'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!packages.includes(name))
      await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}

it('on a machine where no other command starts, says why', async () => {
  const folder = await installedWithout('sharp', 'onnxruntime-node', '@prisma');
  const main = join(folder, 'dist/src/cli/main.js');
  const options = { cwd: folder, env: { PATH: process.env.PATH }, encoding: 'utf8' } as const;
  const models = spawnSync(process.execPath, [main, 'models'], options);
  expect(models).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Run `probelog doctor` for details'),
  });

  const doctor = spawnSync(process.execPath, [main, 'doctor', '--json'], options);
  expect(doctor.status).toBe(1);
  const { ok, findings } = JSON.parse(doctor.stdout);
  expect(ok).toBe(false);
  expect(findings).toContainEqual(
    expect.objectContaining({ check: 'images', state: 'failed', says: expect.stringContaining("'sharp'") }),
  );
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'database',
      state: 'skipped',
      says: expect.stringContaining('cannot be loaded'),
    }),
  );
  expect(findings).toContainEqual(expect.objectContaining({ check: 'data folder', state: 'ok' }));
});

it('finds nothing out of date in a clone that was installed for production', async () => {
  const folder = await installedWithout('.package-lock.json');
  await cp(join(ROOT, 'scripts'), join(folder, 'scripts'), { recursive: true });
  await writeFile(
    join(folder, 'node_modules/.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/graphql': { version: '16.11.0' } } }),
  );
  const main = join(folder, 'dist/src/cli/main.js');
  const options = { cwd: folder, env: { PATH: process.env.PATH }, encoding: 'utf8' } as const;
  const { findings } = JSON.parse(spawnSync(process.execPath, [main, 'doctor', '--json'], options).stdout);
  expect(findings).toContainEqual(
    expect.objectContaining({ check: 'setup', state: 'ok', says: 'installed without development packages' }),
  );
});

it('prints what it finds, how to mend it, and a sum, and changes nothing', async () => {
  const dataFolder = await temporaryFolder();
  await writeFile(join(dataFolder, 'data'), '');
  const { code, stdout } = await runProbelog(['doctor'], { dataFolder, environment: { PORT: 'http' } });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^failed {3}settings: PORT is "http"; allowed: .*\n {9}→ correct PORT/m);
  expect(stdout).toMatch(/^failed {3}data folder: .* is not a folder\n {9}→ mv /m);
  expect(stdout).toMatch(/^skipped {2}port: because PORT is invalid$/m);
  expect(stdout).toMatch(/\d+ ok.* failed, \d+ skipped\n$/);
  expect(await readdir(dataFolder)).toEqual(['data']);
});

it('prints a finding a line with --jsonl', async () => {
  const { stdout } = await runProbelog(['doctor', '--jsonl'], { dataFolder: await temporaryFolder() });
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(new Set(findings.map(({ check }) => check)).size).toBeGreaterThan(20);
});
