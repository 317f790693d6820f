import { basename, dirname } from 'node:path';
import {
  AutoProcessor,
  AutoTokenizer,
  CLIPTextModelWithProjection,
  CLIPVisionModelWithProjection,
  env,
  type PreTrainedTokenizer,
  RawImage,
} from '@xenova/transformers';
import { SerialQueue } from '../../lib/serial-queue.js';
import { serveProcess } from '../../lib/worker-calls.js';
import type { EncoderSettings } from './protocol.js';

/**
 * The text encoder's process: ONNX Runtime blocks its thread, and native code may crash. Requests are answered one after
 * another; the process ends with its parent.
 */
const { model, isFolder, revision, cacheFolder } = JSON.parse(process.argv[2]) as EncoderSettings;

env.cacheDir = cacheFolder;
env.allowRemoteModels = !isFolder;
if (isFolder) env.localModelPath = `${dirname(model)}/`;
const id = isFolder ? basename(model) : model;
const options = {
  dtype: 'fp32',
  local_files_only: isFolder,
  // Idle threads must not spin, because other processes need the CPU.
  session_options: { extra: { session: { intra_op: { allow_spinning: '0' } } } },
  ...(isFolder ? {} : { revision }),
} as const;

/** How many times as long as the other a side may be. */
const MAX_ASPECT = 2;

/** Words of all tokenizers. */
const DIFFERENT_TEXTS = ['dog', 'house', 'red', 'two'];

const loadText = once(async () => {
  const [tokenizer, encoder] = await Promise.all([
    AutoTokenizer.from_pretrained(id, options),
    CLIPTextModelWithProjection.from_pretrained(id, options),
  ]);
  checkTokenizer(tokenizer);
  return [tokenizer, encoder] as const;
});
/** A damaged tokenizer may give every text the same tokens; then every concept would find the same models. */
function checkTokenizer(tokenizer: PreTrainedTokenizer): void {
  const tokens = DIFFERENT_TEXTS.map((text) => tokenizer.encode(text).join());
  if (new Set(tokens).size < tokens.length)
    throw new Error('its tokenizer gives different texts the same tokens');
}
const loadVision = once(() =>
  Promise.all([
    AutoProcessor.from_pretrained(id, options),
    CLIPVisionModelWithProjection.from_pretrained(id, options),
  ]),
);

async function embedTexts(texts: string[]): Promise<Float32Array[]> {
  const [tokenizer, encoder] = await loadText();
  const { text_embeds: embeddings } = await encoder(tokenizer(texts, { padding: true, truncation: true }));
  return unitRows(embeddings.data as Float32Array, texts.length);
}

async function embedImages(paths: string[]): Promise<Float32Array[]> {
  const [processor, encoder] = await loadVision();
  const images = await Promise.all(paths.map(readImage));
  const { image_embeds: embeddings } = await encoder(await processor(images));
  return unitRows(embeddings.data as Float32Array, paths.length);
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

function unitRows(data: Float32Array, rows: number): Float32Array[] {
  const columns = data.length / rows;
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
