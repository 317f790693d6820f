import type { Config } from './config.js';
import { OPTIONS } from './options/index.js';

/** The variable that a setting is read from. */
export function variableOf(key: keyof Config): string {
  return OPTIONS[key].variable;
}
