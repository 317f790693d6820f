import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const UNITS: Record<string, number> = { '': 1, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 };

/** A whole number within a range. */
export function wholeNumber(least: number, most: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most));
}

/** A decimal number within a range. */
export function decimalNumber(least: number, most: number) {
  return z
    .string()
    .regex(/^(\d+(\.\d*)?|\.\d+)$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));
}

/** A size in bytes, written as a number with an optional KiB, MiB or GiB. */
export function byteSize(least: number, most: number) {
  return z
    .string()
    .regex(/^\d+\s*(KiB|MiB|GiB)?$/i)
    .transform((text) => Number.parseInt(text, 10) * (UNITS[text.replace(/[\d\s]/g, '').toUpperCase()] ?? 1))
    .pipe(z.number().min(least).max(most));
}

/** A comma-separated list; empty entries are dropped. */
export function commaList() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );
}

/** A comma-separated list of addresses or CIDR ranges. */
export function addressRanges() {
  return commaList().refine((entries) =>
    entries.every((entry) => ipaddr.isValidCIDR(entry) || ipaddr.isValid(entry)),
  );
}
