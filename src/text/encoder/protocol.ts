/** A numbered request to the encoder's process. */
export interface EncoderRequest {
  id: number;
  kind: 'TEXTS' | 'IMAGES';
  /** Texts, or paths of image files. */
  items: string[];
}

/** The reply to the request with this number. */
export type EncoderReply = { id: number; vectors: Float32Array[] } | { id: number; error: string };

/** The process's settings, passed as JSON in its only argument. */
export interface EncoderSettings {
  /** A folder, or an id on the Hugging Face Hub. */
  model: string;
  isFolder: boolean;
  /** Branch, tag or commit on the Hub. */
  revision: string;
  /** Cache for files of the Hub. */
  cacheFolder: string;
}
