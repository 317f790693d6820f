import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataFolder } from '../../../src/cli/doctor/checks/data-folder.js';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { asNobody } from './as-nobody.js';
import { examine } from './examine.js';

it('a folder that can be written is well, and is as it was', async () => {
  const folder = await temporaryFolder();
  expect(await examine(dataFolder, { PROBELOG_DATA: folder })).toMatchObject([{ state: 'ok' }]);
  expect(await readdir(folder)).toEqual([]);
});

it('a file in place of the folder', async () => {
  const path = join(await temporaryFolder(), 'data');
  await writeFile(path, '');
  expect(await examine(dataFolder, { PROBELOG_DATA: path })).toEqual([
    { state: 'failed', says: `${path} is not a folder`, mend: expect.stringContaining(`mv ${path} `) },
  ]);
});

it('a link that leads nowhere', async () => {
  const path = join(await temporaryFolder(), 'link');
  await symlink(`${path}-target`, path);
  expect(await examine(dataFolder, { PROBELOG_DATA: path })).toMatchObject([
    { state: 'failed', says: `${path} is a link to something that does not exist` },
  ]);
});

it('a file in place of a folder above it', async () => {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, '');
  const [finding] = await examine(dataFolder, { PROBELOG_DATA: join(path, 'data') });
  expect(finding).toMatchObject({ state: 'failed', says: expect.stringContaining('ENOTDIR') });
});

it('a folder that cannot be written', async () => {
  const folder = join(await temporaryFolder(), 'data');
  await mkdir(folder);
  await chmod(join(folder, '..'), 0o755);
  await chmod(folder, 0o555);
  const [finding] = await asNobody(() => examine(dataFolder, { PROBELOG_DATA: folder }));
  expect(finding).toMatchObject({ state: 'failed', says: expect.stringContaining('cannot be written') });
  expect(finding.mend).toBe(`chown -R ${process.getuid?.()} ${folder}`);
});

it('a folder that is not there and cannot be created', async () => {
  const above = await temporaryFolder();
  await chmod(above, 0o555);
  const [finding] = await asNobody(() => examine(dataFolder, { PROBELOG_DATA: join(above, 'data') }));
  expect(finding).toMatchObject({ state: 'failed', says: expect.stringContaining('cannot be created') });
});

it('a folder that is yet to be made is well, and is not made', async () => {
  const folder = await temporaryFolder();
  const [finding] = await examine(dataFolder, { PROBELOG_DATA: join(folder, 'deep', 'data') });
  expect(finding).toMatchObject({ state: 'ok', says: expect.stringContaining('does not exist yet') });
  expect(await readdir(folder)).toEqual([]);
});
