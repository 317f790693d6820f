/** A model that embeds texts and images in one space, where a text is near the images that show it. */
export interface TextEncoder {
  /** Changes whenever the embeddings change; embeddings of different encoders are never compared. */
  id(): Promise<string>;
  /** One unit vector for each text. @param signal see `embedImages`. @throws ProbelogError TEXT_ENCODER_UNAVAILABLE */
  embedTexts(texts: string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /**
   * One unit vector for each image file.
   *
   * @param signal aborts a call that is still waiting; a running one continues
   * @throws ProbelogError TEXT_ENCODER_UNAVAILABLE
   */
  embedImages(paths: string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** Folder with embeddings that came with the encoder (`shippedImages`); null without one. */
  shippedEmbeddings(): Promise<string | null>;
  close(): Promise<void>;
}

/** Opens an encoder when it is first used, for short commands: most need none, and reading its files takes long. */
export function textEncoderOnDemand(open: () => Promise<TextEncoder>): TextEncoder {
  let opened: Promise<TextEncoder> | undefined;
  const encoder = () => {
    opened ??= open();
    return opened;
  };
  return {
    id: async () => (await encoder()).id(),
    embedTexts: async (texts, signal) => (await encoder()).embedTexts(texts, signal),
    embedImages: async (paths, signal) => (await encoder()).embedImages(paths, signal),
    shippedEmbeddings: async () => (await encoder()).shippedEmbeddings(),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}

/** Takes the place of an encoder that cannot be opened. Every call fails with the reason. */
export function unavailableTextEncoder(reason: Error): TextEncoder {
  return {
    id: () => Promise.reject(reason),
    embedTexts: () => Promise.reject(reason),
    embedImages: () => Promise.reject(reason),
    shippedEmbeddings: () => Promise.reject(reason),
    close: async () => undefined,
  };
}
