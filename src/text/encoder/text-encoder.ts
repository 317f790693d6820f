/** A model that puts texts and images into one space, where a text is near the images that show it. */
export interface TextEncoder {
  /** Changes whenever the embeddings would: stored embeddings of another encoder are never compared. */
  readonly id: string;
  /** One unit vector for each text. @param signal see `embedImages`. @throws ProbelogError TEXT_ENCODER_UNAVAILABLE */
  embedTexts(texts: string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /**
   * One unit vector for each image file.
   *
   * @param signal what has not begun when it aborts never does
   * @throws ProbelogError TEXT_ENCODER_UNAVAILABLE
   */
  embedImages(paths: string[], signal?: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Stands for an encoder that cannot be opened: whatever needs it fails with the reason. */
export function unavailableTextEncoder(reason: Error): TextEncoder {
  return {
    get id(): string {
      throw reason;
    },
    embedTexts: () => Promise.reject(reason),
    embedImages: () => Promise.reject(reason),
    close: async () => undefined,
  };
}
