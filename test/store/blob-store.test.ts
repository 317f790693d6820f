import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BlobStore } from '../../src/store/index.js';
import { temporaryFolder } from './temporary-folder.js';

describe('BlobStore', () => {
  it('names a file by the SHA-256 of its content', async () => {
    const blobs = new BlobStore(await temporaryFolder());
    const stored = await blobs.put(Buffer.from('abc'));
    expect(stored).toEqual({
      digest: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      bytes: 3,
    });
    expect(Buffer.from(await blobs.read(stored.digest, { offset: 1, length: 2 })).toString()).toBe('bc');
  });

  it('leaves nothing behind when the content fails half-way', async () => {
    const folder = await temporaryFolder();
    async function* failing() {
      yield Buffer.from('half');
      throw new Error('cut off');
    }
    await expect(new BlobStore(folder).put(failing())).rejects.toThrow('cut off');
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that the disk is full, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    async function* full() {
      yield Buffer.from('half');
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    }
    await expect(new BlobStore(folder).put(full())).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('tells a missing or cut file', async () => {
    const blobs = new BlobStore(await temporaryFolder());
    const { digest } = await blobs.put(Buffer.from('abc'));
    await expect(blobs.read(digest, { offset: 2, length: 9 })).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    });
    await expect(blobs.readAll('0'.repeat(64))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(() => blobs.path('../../etc/passwd')).toThrow('digest');
  });
});
