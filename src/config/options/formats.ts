import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const UNITS: Record<string, number> = { '': 1, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 };

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max));
}

/** A decimal number from `min` to `max`. */
export function decimalNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^(\d+(\.\d*)?|\.\d+)$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}

/** A size in bytes from `min` to `max`, written as a number with an optional KiB, MiB or GiB. */
export function byteSize(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+\s*(KiB|MiB|GiB)?$/i)
    .transform((text) => Number.parseInt(text, 10) * (UNITS[text.replace(/[\d\s]/g, '').toUpperCase()] ?? 1))
    .pipe(z.number().min(min).max(max));
}

/** `true` or `false`. */
export function flag() {
  return z.enum(['true', 'false']).transform((text) => text === 'true');
}

/** A comma-separated list. Empty entries are dropped. */
export function commaList() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );
}

/** A comma-separated list with at least one entry. */
export function nonEmptyList() {
  return commaList().refine((entries) => entries.length > 0);
}

/** A comma-separated list of `name=value`, each name once. */
export function commaPairs() {
  return commaList().transform((entries, context) => {
    const pairs = new Map<string, string>();
    for (const entry of entries) {
      const [, name, value] = /^(.+)=([^=]+)$/.exec(entry) ?? [];
      if (name === undefined || pairs.has(name)) context.addIssue(`Invalid or repeated: ${entry}.`);
      else pairs.set(name, value);
    }
    return Object.fromEntries(pairs);
  });
}

/** A comma-separated list of origins: scheme, host and port only. */
export function originList() {
  return commaList().refine((entries) =>
    entries.every((entry) => URL.canParse(entry) && new URL(entry).origin === entry),
  );
}

/** A comma-separated list of origins, of any subdomain (`https://*.example.org`), or `self`, as `frame-ancestors` of CSP takes them. */
export function frameAncestorList() {
  return commaList()
    .refine((entries) =>
      entries.every((entry) => {
        const origin = entry.replace('://*.', '://');
        return entry === 'self' || (URL.canParse(origin) && new URL(origin).origin === origin);
      }),
    )
    .transform((entries) => entries.map((entry) => (entry === 'self' ? "'self'" : entry)));
}

/** A comma-separated list of IP addresses or CIDR ranges. */
export function addressRanges() {
  return commaList().refine((entries) =>
    entries.every((entry) => ipaddr.isValidCIDR(entry) || ipaddr.isValid(entry)),
  );
}

/** A comma-separated, non-empty list of buckets or `bucket/prefix`. Trailing slashes are dropped. */
export function bucketList() {
  return commaList()
    .transform((entries) => entries.map((entry) => entry.replace(/\/+$/, '')))
    .refine(
      (entries) => entries.length > 0 && entries.every((entry) => /^[a-z\d][a-z\d.-]+(\/.+)?$/.test(entry)),
    );
}

/** A comma-separated, non-empty list of owners or repositories on the Hugging Face Hub. */
export function hubNames() {
  return commaList().refine(
    (names) => names.length > 0 && names.every((name) => /^[\w.-]{1,96}(\/[\w.-]{1,96})?$/.test(name)),
  );
}

/** An http(s) URL without user, password, query and fragment. */
export function serverUrl() {
  return z.string().refine((text) => {
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
    const { username, password, search, hash } = new URL(text);
    return `${username}${password}${search}${hash}` === '';
  });
}

/** The name of a GraphQL type. */
export function typeName() {
  return z.string().regex(/^[A-Z][A-Za-z\d]{0,99}$/);
}

const KEYS = ['id', 'name', 'name,version'];

/** Key fields of a type and what each holds: a list of `id`, `name`, `version`, or `field=name` for a field with another name. */
export function keyFields() {
  return commaList().transform((entries, context): Readonly<Record<string, 'id' | 'name' | 'version'>> => {
    const pairs = entries.map((entry) => /^(?:([A-Za-z]\w{0,99})=)?(id|name|version)$/.exec(entry));
    const fields = Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? pair?.[2], pair?.[2]]));
    const parts = Object.values(fields).sort().join();
    if (KEYS.includes(parts) && pairs.length === parts.split(',').length) return fields;
    context.addIssue('Not a key.');
    return z.NEVER;
  });
}

/** A comma-separated, non-empty list of secrets. */
export function secretList(isSecret: (text: string) => boolean = () => true) {
  return commaList().refine((secrets) => secrets.length > 0 && secrets.every(isSecret));
}

/** A Standard Webhooks secret: the base64 of at least one byte, after an optional `whsec_`. */
export function isStandardSecret(text: string): boolean {
  return /^(whsec_)?(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=|[A-Za-z\d+/]{4})$/.test(text);
}

/** A secret that is sent in a header: printable ASCII. */
export function headerSecret() {
  return z.string().regex(/^[\x20-\x7e]+$/);
}

/** The path of a text file, read and trimmed: container platforms pass secrets as files. */
export function textFile() {
  return z.string().transform((path, context) => {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      context.addIssue('Cannot read the file.');
      return z.NEVER;
    }
  });
}

/** The path of a file with one {@link headerSecret}. */
export function headerSecretFile() {
  return textFile().pipe(headerSecret());
}

/** The path of a file with a {@link secretList}. */
export function secretFile(isSecret?: (text: string) => boolean) {
  return textFile().pipe(secretList(isSecret));
}
