import { RawImage } from '@xenova/transformers';
import { SerialQueue } from '../../lib/serial-queue.js';
import { serveProcess } from '../../lib/worker-calls.js';
import type { EncoderSettings } from './protocol.js';
import { type Embeddings, loadTextTower, loadVisionTower, useFilesOf } from './towers.js';

/**
 * The text encoder's process: ONNX Runtime blocks its thread, and native code may crash. Requests are answered one after
 * another; the process ends with its parent.
 */
const settings = JSON.parse(process.argv[2]) as EncoderSettings;
useFilesOf(settings);

/** How many times as long as the other a side may be. */
const MAX_ASPECT = 2;

const textTower = once(() => loadTextTower(settings));
const visionTower = once(() => loadVisionTower(settings));
/** Of all embeddings so far; the towers of two encoders may differ. */
let dimensions: number | undefined;

async function embedTexts(texts: string[]): Promise<Float32Array[]> {
  return unitRows(await (await textTower()).embed(texts));
}

async function embedImages(paths: string[]): Promise<Float32Array[]> {
  const tower = await visionTower();
  return unitRows(await tower.embed(await Promise.all(paths.map(readImage))));
}

/**
 * Reads an image, without what encoders of squares cut off.
 *
 * Threat model: they scale the shorter side to theirs before they cut. A file of 500 bytes with 1 × 16,383 pixels would become
 * 3.7 million pixels long and take 6.6 GB.
 */
async function readImage(path: string): Promise<RawImage> {
  const image = await RawImage.read(path);
  const longest = MAX_ASPECT * Math.min(image.width, image.height);
  if (Math.max(image.width, image.height) <= longest) return image;
  return image.center_crop(Math.min(image.width, longest), Math.min(image.height, longest));
}

function unitRows({ data, rows }: Embeddings): Float32Array[] {
  const columns = data.length / rows;
  dimensions ??= columns;
  if (columns !== dimensions)
    throw new Error(
      `its texts and images have ${dimensions} and ${columns} dimensions: its towers belong to different encoders`,
    );
  return Array.from({ length: rows }, (_, row) => {
    const values = data.slice(row * columns, (row + 1) * columns);
    const length = Math.hypot(...values);
    // Damaged weights; a search with them would match anything.
    if (!Number.isFinite(length) || length === 0) throw new Error('its model gives no finite embedding');
    return values.map((value) => value / length);
  });
}

/** Loads on the first call, and again after a failure, since the Hub may be reachable then. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load().catch((thrown) => {
      loaded = undefined;
      throw thrown;
    });
    return loaded;
  };
}

const queue = new SerialQueue();
serveProcess({
  embedTexts: (texts: string[]) => queue.run(() => embedTexts(texts)),
  embedImages: (paths: string[]) => queue.run(() => embedImages(paths)),
});
process.on('disconnect', () => process.exit());
