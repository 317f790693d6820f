import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockFolder } from '../../src/store/folder-lock.js';
import { temporaryFolder } from './temporary-folder.js';

it('refuses a folder that a live process holds, and gives it back on release', async () => {
  const folder = await temporaryFolder();
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_IN_USE' }));
  release();
  lockFolder(folder)();
});

it('takes over the lock of a dead process, of another one with its number, and a damaged one', async () => {
  const folder = await temporaryFolder();
  for (const content of [
    '{"pid":4194304,"startedAt":"1"}',
    `{"pid":${process.pid},"startedAt":"1"}`,
    'damaged',
  ]) {
    writeFileSync(join(folder, 'lock'), content);
    lockFolder(folder)();
  }
});
