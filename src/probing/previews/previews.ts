import { ProbelogError } from '../../errors/index.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { KeptThread } from '../../lib/kept-thread.js';
import { Limiter } from '../../lib/limiter.js';
import { completePreprocessing } from '../preprocessing/complete-preprocessing.js';
import { parsePreprocessing } from '../preprocessing/parse-preprocessing.js';
import { frameOf } from '../worker/images/pixels.js';
import type { makePreview } from './make-preview.js';

/** Of one image: 4 MB at the most as PNG. */
const MAX_PIXELS = 2 ** 20;
const MAX_AT_ONCE = 2;

/** What a model sees of an image. */
export interface Preview {
  png: Uint8Array;
  /** Pixels. */
  width: number;
  height: number;
}

/** Shows what a description of the preprocessing makes of images, in a thread: it decodes and resizes them as for a model. */
export class Previews {
  private readonly thread = new KeptThread<{ makePreview: typeof makePreview }>(
    compiledEntry(import.meta.url, './main.js'),
  );
  private readonly limiter = new Limiter(MAX_AT_ONCE);

  /**
   * @param preprocessing in any form that `parsePreprocessing` reads; defaults complete it
   * @throws ProbelogError PREPROCESSING_INVALID; INPUT_INVALID when the images are too large; PROBE_IMAGE_INVALID
   */
  async of(path: string, preprocessing: unknown, signal?: AbortSignal): Promise<Preview> {
    const given = parsePreprocessing(preprocessing);
    const { spec } = completePreprocessing(given, {
      channels: given.grayscale ? 1 : 3,
      width: null,
      height: null,
    });
    const frame = frameOf(spec);
    const { width, height } = frame;
    if (width * height > MAX_PIXELS)
      throw new ProbelogError(
        'INPUT_INVALID',
        `A preview has at most ${MAX_PIXELS} pixels, not ${width} × ${height}.`,
      );
    const png = await this.limiter.run(
      () => this.thread.calls.call('makePreview', [path, frame], { signal }),
      signal,
    );
    return { png, width, height };
  }

  async close(): Promise<void> {
    await this.thread.close();
  }
}
