import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dot } from '../../src/domain/index.js';
import { openTextEncoder } from '../../src/text/index.js';
import { RUNNER_PYTHON, requires } from '../fixtures/requires.js';
import { shareEncoders } from '../setup/shared-encoder.js';

const run = promisify(execFile);
const MAKE = fileURLToPath(new URL('./python/make_encoders.py', import.meta.url));
const LAYOUTS = ['clip', 'siglip', 'mobileclip', 'pair'] as const;

interface Embedded {
  texts: number[][];
  images: number[][];
}

type Expected = Record<(typeof LAYOUTS)[number], Embedded> & { texts: string[] };

describe.runIf(requires('runner'))('encoders as they are published', () => {
  let folder: string;
  let expected: Expected;
  beforeAll(async () => {
    shareEncoders(false);
    folder = await mkdtemp(join(tmpdir(), 'probelog-encoders-'));
    await run(RUNNER_PYTHON, [MAKE, folder]);
    expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8'));
  });
  afterAll(async () => {
    shareEncoders(true);
    await rm(folder, { recursive: true, force: true });
  });

  async function embedded(name: string, texts: string[]): Promise<Record<keyof Embedded, Float32Array[]>> {
    const encoder = await openTextEncoder({
      model: join(folder, name),
      cacheFolder: folder,
      maxMemoryBytes: 2 ** 33,
    });
    try {
      const images = await encoder.embedImages([0, 1, 2].map((place) => join(folder, `${place}.png`)));
      return { texts: await encoder.embedTexts(texts), images };
    } finally {
      await encoder.close();
    }
  }

  it.each(LAYOUTS)(
    '%s: texts and images have the embeddings that transformers gives them',
    async (layout) => {
      const found = await embedded(layout, expected.texts);
      for (const kind of ['texts', 'images'] as const)
        for (const [place, vector] of found[kind].entries())
          expect(
            dot(vector, Float32Array.from(expected[layout][kind][place])),
            `${kind} ${place}`,
          ).toBeGreaterThan(0.9999);
    },
  );

  it.each(LAYOUTS)('%s: a text has the same embedding alone and among others', async (layout) => {
    const [text] = expected.texts;
    const alone = await embedded(layout, [text]);
    expect(dot(alone.texts[0], Float32Array.from(expected[layout].texts[0]))).toBeGreaterThan(0.9999);
  });

  it('names what a folder of towers lacks', async () => {
    await cp(join(folder, 'pair'), join(folder, 'half'), { recursive: true });
    await rm(join(folder, 'half/vision/preprocessor_config.json'));
    await expect(embedded('half', ['dog'])).rejects.toMatchObject({
      code: 'TEXT_ENCODER_UNAVAILABLE',
      message: expect.stringContaining('vision/preprocessor_config.json'),
    });
  });

  it('refuses towers of different encoders, and a text tower without its projection', async () => {
    const demo = fileURLToPath(new URL('../../demo/encoder/', import.meta.url));
    await cp(join(folder, 'clip'), join(folder, 'mixed/vision'), { recursive: true });
    await cp(demo, join(folder, 'mixed/text'), { recursive: true });
    await expect(embedded('mixed', ['dog'])).rejects.toThrow('24 and 384 dimensions');
    await cp(join(folder, 'siglip'), join(folder, 'tokens'), { recursive: true });
    const path = join(folder, 'tokens/onnx/text_model.onnx');
    const model = await readFile(path);
    // The same length, so the file stays whole.
    for (let at = model.indexOf('pooler_output'); at >= 0; at = model.indexOf('pooler_output', at + 1))
      model.write('hidden_states', at);
    await writeFile(path, model);
    await expect(embedded('tokens', ['dog'])).rejects.toThrow(
      /outputs hidden_states, and none of text_embeds/,
    );
  });
});
