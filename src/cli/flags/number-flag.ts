import { ProbelogError } from '../../errors/index.js';

/** The number that a flag was given; undefined without one. @throws ProbelogError INPUT_INVALID naming the flag */
export function numberFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new ProbelogError('INPUT_INVALID', `${flag} is ${text}; it must be a number.`);
}
