import { ProbelogError } from '../../errors/index.js';

/** A flag that counts. @throws ProbelogError INPUT_INVALID naming the flag and its range */
export function countFlag(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new ProbelogError('INPUT_INVALID', `${flag} is ${text}; it must be from 0 to ${most}.`);
}
