/** The resized probe images in order, ready to be normalised. */
export interface PixelSource {
  /**
   * The next images; the bytes are the caller's until it asks again.
   *
   * @param count how many; the caller knows how many are left
   */
  take(count: number): Promise<Uint8Array>;
  /** Whether they come from the cache. */
  cached: boolean;
  /** After the last image. Makes what was decoded available to the next run. */
  finish(): Promise<void>;
}
