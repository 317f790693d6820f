import type { OPTIONS } from './options/index.js';

type OptionKey = keyof typeof OPTIONS;

/** The effective settings of one process: read once at the top, validated, frozen, and handed down as arguments. */
export type Config = {
  readonly [Key in OptionKey]: ReturnType<(typeof OPTIONS)[Key]['parse']>;
};
