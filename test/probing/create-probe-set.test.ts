import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { create } from 'tar';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createProbeSet, type NewProbeSet } from '../../src/probing/index.js';
import { codeOf, temporaryFolder } from './support/run-model.js';
import { storedZip } from './support/stored-zip.js';

/** Keeps what it is given. */
function memoryStore() {
  const blobs = new Map<string, Buffer>();
  return {
    blobs: {
      kept: blobs,
      async put(bytes: Buffer) {
        const digest = createHash('sha256').update(bytes).digest('hex');
        blobs.set(digest, bytes);
        return { digest, bytes: bytes.length };
      },
    },
    probeSets: { create: async (set: NewProbeSet) => set },
  };
}

const limits = { maxPixels: 1_000_000 };
const make = (source: string, options: object = {}) =>
  createProbeSet(memoryStore(), { name: 'set', source, limits: { ...limits, ...options } });

let images: string;

/** Six images of six colors in two folders, with what may lie beside them. */
beforeAll(async () => {
  images = await temporaryFolder();
  await mkdir(join(images, 'more'));
  const image = (shade: number) =>
    sharp({
      create: { width: 20 + shade, height: 10, channels: 3, background: { r: shade * 20, g: 50, b: 90 } },
    });
  await image(1).jpeg().toFile(join(images, 'b.jpg'));
  await image(2).png().toFile(join(images, 'a.png'));
  await image(3)
    .webp()
    .toFile(join(images, 'more', 'c.webp'));
  await image(4).gif().toFile(join(images, 'B.gif'));
  await image(5)
    .tiff()
    .toFile(join(images, 'more', 'd.tiff'));
  await image(6).jpeg().withMetadata({ orientation: 6 }).toFile(join(images, 'turned.jpg'));
  await writeFile(join(images, 'README.md'), '# notes');
  await writeFile(join(images, 'classes.json'), '[]');
  await writeFile(join(images, '.DS_Store'), 'x');
});

async function copyOfImages(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(images, folder, { recursive: true });
  return folder;
}

describe('createProbeSet', () => {
  it('orders by name, hashes, and keeps the files as they are', async () => {
    const store = memoryStore();
    const progress: number[][] = [];
    const set = await createProbeSet(store, {
      name: 'set',
      source: images,
      limits,
      onProgress: (...at) => progress.push(at),
    });
    expect(set.probes.map(({ mediaType }) => mediaType)).toEqual([
      'image/gif',
      'image/png',
      'image/jpeg',
      'image/webp',
      'image/tiff',
      'image/jpeg',
    ]);
    expect(set.probes[1]).toMatchObject({ width: 22, height: 10 });
    expect(set.probes[5], 'EXIF orientation').toMatchObject({ width: 10, height: 26 });
    expect(store.blobs.kept.get(set.probes[2].digest)).toEqual(await readFile(join(images, 'b.jpg')));
    expect(set.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
  });

  it('makes the same set of the same images in any packing', async () => {
    const folder = await temporaryFolder();
    const tar = join(folder, 'set.tar');
    const gzip = join(folder, 'set.tar.gz');
    const zip = join(folder, 'set.zip');
    await create({ file: tar, cwd: images }, ['.']);
    await create({ file: gzip, cwd: images, gzip: true }, [
      'more',
      'turned.jpg',
      'b.jpg',
      'a.png',
      'B.gif',
      '.DS_Store',
    ]);
    await writeFile(zip, await storedZip(images));
    vi.stubEnv('TMPDIR', await temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const sets = await Promise.all([images, tar, gzip, zip].map((source) => make(source)));
    expect(new Set(sets.map(({ digest }) => digest)).size).toBe(1);
    expect(await readdir(tmpdir())).toEqual([]);
  });

  it('has another digest when an image is missing', async () => {
    const folder = await copyOfImages();
    const before = await make(folder);
    await rm(join(folder, 'a.png'));
    expect((await make(folder)).digest).not.toBe(before.digest);
  });

  it.each<[string, string, (folder: string) => Promise<unknown>]>([
    [
      'a corrupt image',
      'bad.jpg',
      (folder) => writeFile(join(folder, 'bad.jpg'), '\xff\xd8\xff nothing', 'latin1'),
    ],
    ['an empty file', 'bad.jpg', (folder) => writeFile(join(folder, 'bad.jpg'), '')],
    ['a file that is no image', 'program.js', (folder) => writeFile(join(folder, 'program.js'), 'alert()')],
    [
      'an SVG',
      'x.svg',
      (folder) => writeFile(join(folder, 'x.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ],
    ['a truncated image', 'turned.jpg', (folder) => truncate(join(folder, 'turned.jpg'), 500)],
    [
      'an image of too many pixels',
      'huge.png',
      (folder) =>
        sharp({ create: { width: 2_000, height: 600, channels: 3, background: '#123' } })
          .png()
          .toFile(join(folder, 'huge.png')),
    ],
    ['the same image twice', 'twin.png', (folder) => cp(join(folder, 'a.png'), join(folder, 'twin.png'))],
  ])('refuses %s, by name', async (_, name, spoil) => {
    const folder = await copyOfImages();
    await spoil(folder);
    await expect(make(folder)).rejects.toMatchObject({
      code: 'PROBE_IMAGE_INVALID',
      message: expect.stringContaining(`"${name}"`),
    });
  });

  it('refuses sources that are empty, missing, damaged or too large', async () => {
    const folder = await temporaryFolder();
    expect(await codeOf(make(folder))).toBe('PROBE_SET_EMPTY');
    expect(await codeOf(make(join(folder, 'none')))).toBe('SOURCE_NOT_FOUND');
    for (const name of ['x.zip', 'x.tar', 'x.tar.gz']) {
      await writeFile(
        join(folder, name),
        'this is no archive, whatever its name says, and longer than a block of tar '.repeat(20),
      );
      expect(await codeOf(make(join(folder, name))), name).toBe('PROBE_IMAGE_INVALID');
    }
    const tar = join(folder, 'set.tgz');
    await create({ file: tar, cwd: images, gzip: true }, ['.']);
    expect(await codeOf(make(tar, { maxTotalBytes: 500 }))).toBe('PROBE_IMAGE_INVALID');
    expect(await codeOf(make(tar, { maxFiles: 5 }))).toBe('PROBE_IMAGE_INVALID');
    expect(await codeOf(make(images, { maxImageBytes: 100 }))).toBe('PROBE_IMAGE_INVALID');
    await truncate(tar, 300);
    expect(await codeOf(make(tar))).toBe('PROBE_IMAGE_INVALID');
  });

  it.each([20_000, 60_000, 150_000])(
    'refuses an archive that ends after %i bytes, within an image',
    async (bytes) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'a.png'), randomBytes(200_000));
      const tar = join(folder, 'set.tgz');
      await create({ file: tar, cwd: folder, gzip: true }, ['a.png']);
      await truncate(tar, bytes);
      expect(await codeOf(make(tar, { maxImageBytes: 2 ** 20, maxTotalBytes: 2 ** 20 }))).toBe(
        'PROBE_IMAGE_INVALID',
      );
    },
  );

  it('follows links to files and no links to folders', async () => {
    const folder = await temporaryFolder();
    await symlink(join(images, 'a.png'), join(folder, 'a.png'));
    await symlink(images, join(folder, 'all'));
    await symlink(folder, join(folder, 'self'));
    expect((await make(folder)).probes).toHaveLength(1);
  });
});
