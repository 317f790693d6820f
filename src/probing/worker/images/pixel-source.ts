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
