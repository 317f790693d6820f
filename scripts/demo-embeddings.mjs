#!/usr/bin/env node
/**
 * Writes demo/encoder/embeddings: what the demo's encoder makes of the vocabulary and of the demo's probes, so that a first start
 * reads it instead of computing. Run it after a change of the vocabulary, the prompts, the encoder or the probes; a test says when.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stackRows } from '../dist/src/domain/index.js';
import { EVERYDAY_VOCABULARY, embedVocabulary, openTextEncoder, shipImages } from '../dist/src/text/index.js';

const DEMO = fileURLToPath(new URL('../demo/', import.meta.url));
const FOLDER = join(DEMO, 'encoder', 'embeddings');
const BATCH_IMAGES = 16;

await rm(FOLDER, { recursive: true, force: true });
const encoder = await openTextEncoder({
  model: join(DEMO, 'encoder'),
  cacheFolder: '',
  maxMemoryBytes: 2 ** 32,
});
await mkdir(FOLDER);
const texts = await embedVocabulary({ encoder, folder: FOLDER, vocabulary: EVERYDAY_VOCABULARY });
console.log(`${texts.rows} texts of ${texts.columns} dimensions`);

const probes = join(DEMO, 'probes');
const paths = (await readdir(probes)).sort().map((name) => join(probes, name));
const digests = [];
for (const path of paths)
  digests.push(
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  );
const rows = [];
for (let start = 0; start < paths.length; start += BATCH_IMAGES)
  rows.push(...(await encoder.embedImages(paths.slice(start, start + BATCH_IMAGES))));
await shipImages(FOLDER, { encoder: await encoder.id(), digests }, stackRows(rows));
console.log(`${rows.length} images`);
await encoder.close();
