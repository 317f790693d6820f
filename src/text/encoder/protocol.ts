import type { Towers } from './encoder-files.js';

/** The methods of the encoder's process; each returns one unit vector per item. */
export interface EncoderCalls {
  embedTexts(texts: string[]): Float32Array[];
  /** @param paths of image files */
  embedImages(paths: string[]): Float32Array[];
}

/** Settings of the encoder's process: its only argument, as JSON. */
export interface EncoderSettings {
  /** A folder, or an id on the Hugging Face Hub. */
  model: string;
  isFolder: boolean;
  /** Branch, tag or commit on the Hub. */
  revision: string;
  /** Folder for files of the Hub. */
  cacheFolder: string;
  towers: Towers;
}
