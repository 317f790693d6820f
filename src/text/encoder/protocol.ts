/** What the parent asks the encoder's process, by number. */
export interface EncoderRequest {
  id: number;
  kind: 'TEXTS' | 'IMAGES';
  /** Texts, or paths of image files. */
  items: string[];
}

/** The answer to the request with this number. */
export type EncoderReply = { id: number; vectors: Float32Array[] } | { id: number; error: string };

/** How the process is set up; its only argument, as JSON. */
export interface EncoderSettings {
  /** A folder, or an id on the Hugging Face Hub. */
  model: string;
  isFolder: boolean;
  /** Branch, tag or commit on the Hub. */
  revision: string;
  /** Where files of the Hub are kept. */
  cacheFolder: string;
}
