import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelUploads } from '../../src/ingest/index.js';
import { mountSmallDisk } from '../fixtures/small-disk.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const open = (folder: string) =>
  new ModelUploads({ folder, maxBytes: 2 ** 30, maxTotalBytes: 2 ** 31 }).on('a caller');

async function* chunks(...given: Uint8Array[]) {
  yield* given;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('an upload', () => {
  it('goes on in the next process, behind what the last one had', async () => {
    const folder = await temporaryFolder();
    const bytes = randomBytes(5_000);
    const before = open(folder);
    const { id } = await before.open();
    await before.receive(
      id,
      'a.onnx',
      { offset: 0, length: 2_000, total: 5_000 },
      chunks(bytes.subarray(0, 2_000)),
    );
    // As when the process is killed in the middle of a part.
    const broken = before.receive(
      id,
      'a.onnx',
      { offset: 2_000, length: 3_000, total: 5_000 },
      (async function* () {
        yield bytes.subarray(2_000, 2_500);
        throw new Error('the connection broke');
      })(),
    );
    await expect(broken).rejects.toThrow('the connection broke');

    const after = open(folder);
    expect(await after.progress(id, 'a.onnx')).toEqual({ name: 'a.onnx', bytes: 5_000, received: 2_500 });
    const range = { offset: 2_500, length: 2_500, total: 5_000 };
    await after.receive(id, 'a.onnx', range, chunks(bytes.subarray(2_500)), { file: sha256(bytes) });
    const { path } = after.localFile(id, await after.modelFile(id, undefined));
    expect(await readFile(path)).toEqual(bytes);
  });

  it('from two processes at once is whole, or refused by its digest', async () => {
    const folder = await temporaryFolder();
    const [one, other] = [open(folder), open(folder)];
    const { id } = await one.open();
    const [mine, its] = [randomBytes(200_000), randomBytes(200_000)];
    const send = (uploads: ModelUploads, bytes: Uint8Array) => {
      const parts = Array.from({ length: 50 }, (_, i) => bytes.subarray(i * 4_000, (i + 1) * 4_000));
      const range = { offset: 0, length: bytes.length, total: bytes.length };
      return uploads.receive(id, 'a.onnx', range, chunks(...parts), { file: sha256(bytes) });
    };
    await Promise.allSettled([send(one, mine), send(other, its)]);
    const found = await one.progress(id, 'a.onnx');
    if (found?.received === found?.bytes && found) {
      const stored = sha256(await readFile(one.localFile(id, 'a.onnx').path));
      expect([sha256(mine), sha256(its)]).toContain(stored);
    }
    // Whatever came of it, the file can be sent again.
    await send(one, mine);
    expect(sha256(await readFile(one.localFile(id, 'a.onnx').path))).toBe(sha256(mine));
  });
});

it('a disk that is too small for a file is refused before its first byte, and keeps room for everything else', async () => {
  const folder = join(await temporaryFolder(), 'disk');
  await mkdir(folder);
  const unmount = mountSmallDisk(folder) ?? expect.fail('no small disk');
  try {
    const uploads = open(folder);
    const { id } = await uploads.open();
    let isRead = false;
    const content = (async function* () {
      isRead = true;
      yield new Uint8Array(1);
    })();
    const sent = uploads.receive(id, 'a.onnx', { offset: 0, length: 1, total: 1 }, content);
    await expect(sent).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(isRead).toBe(false);
    expect(await uploads.find(id)).toMatchObject({ files: [] });
  } finally {
    unmount();
  }
});
