import type { Frame } from '../../../domain/index.js';
import type { PreprocessingSpec } from '../../preprocessing/preprocessing-spec.js';

/** The part of a complete description that determines a model's pixels. Models with the same frame share cached pixels. */
export function frameOf(spec: PreprocessingSpec): Frame {
  const { width, height, resize, cropFraction = 1, shortEdge, resizeWidth, resizeHeight } = spec;
  const { rounding = 'TRANSFORMERS', padColor = [0], resample: filter, grayscale = false } = spec;
  return {
    width,
    height,
    resize,
    cropFraction,
    shortEdge,
    resizeWidth,
    resizeHeight,
    rounding,
    padColor,
    filter,
    grayscale,
  };
}

/** Bytes of one image: width × height × channels, one byte each, rows of interleaved RGB (or of luminance). */
export function bytesPerImage({ width, height, grayscale }: Frame): number {
  return width * height * (grayscale ? 1 : 3);
}

/** Caches decoded pixels for other runs. Never fails: if it cannot be written, nothing is cached. */
export interface PixelCache {
  /** The pixels of a cached image; null, at once or when it turns out to be damaged: it must be decoded. */
  read(probe: number): Promise<Uint8Array | null> | null;
  /**
   * Caches a batch. Resolves when earlier batches are written, so that a slow disk slows the run instead of filling memory.
   *
   * @param pixels the images of these probes, one after another
   */
  write(probes: Uint32Array, pixels: Uint8Array): Promise<void>;
  /** Makes the written images available to other runs. */
  commit(): Promise<void>;
}

/** The resized probe images, ready to be normalized. */
export interface PixelSource {
  /** Sets the images that `take` returns next. All images announced before must have been taken. */
  announce(probes: Uint32Array): void;
  /**
   * The next announced images; the bytes are valid until the next call.
   *
   * @param count at most the number of announced images that are left
   */
  take(count: number): Promise<Uint8Array>;
  /** Whether all images so far came from the cache. */
  cached(): boolean;
  /** Call it after the last image. Makes decoded images available to other runs. */
  finish(): Promise<void>;
}
