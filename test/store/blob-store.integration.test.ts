import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BlobStore } from '../../src/store/index.js';
import { requires } from '../fixtures/requires.js';
import { mountSmallDisk } from '../fixtures/small-disk.js';
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

  it('reports a full disk and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    async function* full() {
      yield Buffer.from('half');
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    }
    await expect(new BlobStore(folder).put(full())).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(requires('the right to mount'))('survives a disk that is really full', async () => {
    const folder = await temporaryFolder();
    const unmount = mountSmallDisk(folder) ?? expect.fail('no small disk');
    try {
      const blobs = new BlobStore(join(folder, 'blobs'));
      const small = await blobs.put(Buffer.alloc(100_000, 1));
      const large = Array.from({ length: 40 }, (_, index) => Buffer.alloc(100_000, index));
      await expect(blobs.put(Readable.from(large))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
      expect(await readdir(join(folder, 'blobs'))).toEqual([small.digest.slice(0, 2)]);
      expect((await blobs.readAll(small.digest)).length).toBe(100_000);
      await blobs.put(Buffer.alloc(500_000, 2));
    } finally {
      unmount();
    }
  });

  it('removes old unreferenced files, and keeps young and referenced ones', async () => {
    const folder = await temporaryFolder();
    const blobs = new BlobStore(folder);
    const [used, orphan, young, again] = await Promise.all(
      ['used', 'orphan', 'young', 'again'].map((text) => blobs.put(Buffer.from(text))),
    );
    const old = new Date(Date.now() - 2 * 86_400_000);
    for (const { digest } of [used, orphan, again]) await utimes(blobs.path(digest), old, old);
    await writeFile(join(folder, 'interrupted.part'), 'half');
    await utimes(join(folder, 'interrupted.part'), old, old);
    await writeFile(join(folder, 'running.part'), 'half');
    const referenced = async () => {
      await blobs.put(Buffer.from('again'));
      return new Set([used.digest]);
    };
    expect(await blobs.cleanUp(referenced)).toBe(2);
    expect(await blobs.has(orphan.digest)).toBe(false);
    for (const { digest } of [used, young, again]) expect(await blobs.has(digest)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual(['running.part']);
  });

  it('stops a cleanup that is aborted', async () => {
    const blobs = new BlobStore(await temporaryFolder());
    const stopping = new AbortController();
    const digests = await Promise.all(['a', 'b', 'c'].map(async (text) => blobs.put(Buffer.from(text))));
    let queries = 0;
    const noneReferenced = async () => {
      queries++;
      stopping.abort();
      return new Set<string>();
    };
    await blobs.cleanUp(noneReferenced, { signal: stopping.signal });
    expect(queries).toBe(1);
    for (const { digest } of digests) expect(await blobs.has(digest)).toBe(true);
  });

  it('detects a missing or truncated file', async () => {
    const blobs = new BlobStore(await temporaryFolder());
    const { digest } = await blobs.put(Buffer.from('abc'));
    await expect(blobs.read(digest, { offset: 2, length: 9 })).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    });
    await expect(blobs.readAll('0'.repeat(64))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(() => blobs.path('../../etc/passwd')).toThrow('digest');
  });
});
