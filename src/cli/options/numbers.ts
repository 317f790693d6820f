import { ProbelogError } from '../../errors/index.js';

/** A count, from 0 to `max`. @throws ProbelogError INPUT_INVALID naming the flag and its range */
export function countFlag(flag: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new ProbelogError('INPUT_INVALID', `${flag} is ${text}; it must be from 0 to ${max}.`);
}

/** Any number; undefined without the flag. @throws ProbelogError INPUT_INVALID naming the flag */
export function numberFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new ProbelogError('INPUT_INVALID', `${flag} is ${text}; it must be a number.`);
}
