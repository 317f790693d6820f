import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import type { ModelRecord } from '../../store/index.js';
import { globalId } from '../schema/global-id.js';

/** What tells which model version is meant. A name alone means its newest version that can be searched. */
export type ModelKey = { id: string } | { name: string; version: string } | { name: string };

/** What a key field of another graph's type holds: our id of a model, or the name or version it was registered under. */
export type KeyPart = 'id' | 'name' | 'version';

/** The key fields of another graph's type, and what each holds. */
export type KeyFields = Readonly<Record<string, KeyPart>>;

// PostgreSQL's texts hold no NUL.
const text = z.string().regex(/^[^\0]{0,300}$/);
const schema: z.ZodType<ModelKey> = z.union([
  z.strictObject({ id: text }),
  z.strictObject({ name: text, version: text }),
  z.strictObject({ name: text }),
]);

/** @throws ProbelogError INPUT_INVALID for anything but a key: the value may come from any caller */
export function checkModelKey(key: unknown): ModelKey {
  const { success, data } = schema.safeParse(key);
  if (success) return data;
  throw new ProbelogError(
    'INPUT_INVALID',
    'Identify a model by its id, by its name and version, or by its name; each a text of at most 300 characters.',
  );
}

/** The key in an object that has the key fields of its type. @throws ProbelogError INPUT_INVALID */
export function keyIn(fields: KeyFields, object: Readonly<Record<string, unknown>>): ModelKey {
  return checkModelKey(
    Object.fromEntries(Object.entries(fields).map(([field, part]) => [part, object[field]])),
  );
}

/** What a key field of a model version holds. */
export function keyPart(part: KeyPart, model: ModelRecord): string {
  return part === 'id' ? globalId('Model', model.id) : model[part];
}
