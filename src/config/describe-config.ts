import type { Config } from './config.js';
import { OPTIONS } from './options/index.js';

/** One line of `probelog config`. */
export interface ConfigLine {
  variable: string;
  value: unknown;
  isDefault: boolean;
  description: string;
  allowed: string;
}

/** The effective settings for people to read. A secret shows only whether it is set. */
export function describeConfig(config: Config): ConfigLine[] {
  return Object.entries(OPTIONS).map(([key, setting]) => {
    const value = config[key as keyof Config];
    return {
      variable: setting.variable,
      value: setting.secret ? (value === undefined ? null : '(set, not shown)') : (value ?? null),
      isDefault: JSON.stringify(value) === JSON.stringify(setting.parse(undefined)),
      description: setting.description,
      allowed: setting.allowed,
    };
  });
}
