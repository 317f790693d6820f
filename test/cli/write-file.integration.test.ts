import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { writeOutput } from '../../src/cli/output/write-file.js';
import { requires } from '../fixtures/requires.js';
import { mountSmallDisk } from '../fixtures/small-disk.js';
import { temporaryFolder } from '../store/temporary-folder.js';

describe('writeOutput', () => {
  it('writes a file with a mode', async () => {
    const file = join(await temporaryFolder(), 'kit.tar');
    await writeOutput(file, 'content', { mode: 0o600 });
    expect(await readFile(file, 'utf8')).toBe('content');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('says which file cannot be written', async () => {
    const folder = await temporaryFolder();
    for (const file of [join(folder, 'absent', 'file'), folder]) {
      await expect(writeOutput(file, 'content')).rejects.toMatchObject({
        code: 'INPUT_INVALID',
        message: expect.stringContaining(`${file} cannot be written`),
      });
    }
  });

  it('leaves errors of the content as they are', async () => {
    const folder = await temporaryFolder();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw Object.assign(new Error('cut off'), { code: 'ECONNRESET', syscall: 'read' });
    }
    await expect(writeOutput(join(folder, 'file'), broken())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(requires('the right to mount'))('a full disk: STORAGE_FULL, and no leftovers', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    const unmount = mountSmallDisk(folder) ?? expect.fail('no small disk');
    try {
      const large = Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(100_000, 1)));
      const file = join(folder, 'file');
      await expect(writeOutput(file, large)).rejects.toMatchObject({
        code: 'STORAGE_FULL',
        message: expect.stringContaining(file),
      });
      expect(await readdir(folder)).toEqual([]);
    } finally {
      unmount();
    }
  });
});
