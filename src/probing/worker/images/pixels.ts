import type { PreprocessingSpec } from '../../preprocessing/preprocessing-spec.js';

/** The part of the preprocessing that decides which pixels a model sees; models that share it share pixels. */
export type PixelGeometry = Required<
  Pick<PreprocessingSpec, 'width' | 'height' | 'resize' | 'cropFraction' | 'resample' | 'grayscale'>
>;

/** Takes the geometry out of a complete description. */
export function pixelGeometry(spec: PreprocessingSpec): PixelGeometry {
  const { width, height, resize, cropFraction = 1, resample, grayscale = false } = spec;
  return { width, height, resize, cropFraction, resample, grayscale };
}

/** Bytes of one image: width × height × channels, one byte each, rows of interleaved RGB (or of luminance). */
export function bytesPerImage({ width, height, grayscale }: PixelGeometry): number {
  return width * height * (grayscale ? 1 : 3);
}

/** Keeps decoded pixels for other runs. Never fails: a cache that cannot be written is no cache. */
export interface PixelCache {
  /** The pixels of an image that is kept already; null: it must be decoded. */
  read(probe: number): Promise<Uint8Array> | null;
  /**
   * Takes a batch; resolves when the ones before are written, so that a slow disk slows the run and fills no memory.
   *
   * @param pixels of these probes, one image after the other
   */
  write(probes: Uint32Array, pixels: Uint8Array): Promise<void>;
  /** Makes what was written available to other runs. */
  commit(): Promise<void>;
}

/** The resized probe images, ready to be normalized. */
export interface PixelSource {
  /** Says which images `take` gives next. All that were announced before must have been taken. */
  announce(probes: Uint32Array): void;
  /**
   * The next announced images; the bytes are the caller's until it asks again.
   *
   * @param count how many; the caller knows how many are left
   */
  take(count: number): Promise<Uint8Array>;
  /** Whether none had to be decoded so far. */
  cached(): boolean;
  /** After the last image. Makes what was decoded available to the next run. */
  finish(): Promise<void>;
}
