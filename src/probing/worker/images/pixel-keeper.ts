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
