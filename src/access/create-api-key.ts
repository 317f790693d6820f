import { z } from 'zod';
import { ProbelogError } from '../errors/index.js';
import { type ApiKeyRecord, type ApiKeys, VISIBILITY_LABEL } from '../store/index.js';
import { newSecret } from './key-secret.js';
import { SCOPES } from './scopes.js';

const MAX_LABELS = 100;

const line = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (text) => text.trim() === text && !/\p{Cc}/u.test(text),
    'it must be one line without blanks around it',
  );

const schema = z.strictObject({
  name: line,
  scopes: z.array(z.enum(SCOPES)).min(1, 'a key without a scope opens nothing'),
  labels: z
    .array(z.string().regex(VISIBILITY_LABEL, 'a label has 1 to 100 letters, digits and . _ : @ / -'))
    .max(MAX_LABELS)
    .default([]),
  registry: line.nullish().transform((registry) => registry ?? null),
  expiresAt: z
    .date()
    .nullish()
    .transform((date) => date ?? null),
});

/** What a new key is for. */
export type NewApiKeyRequest = z.input<typeof schema>;

/** A key that was made a moment ago: the only time that its secret is there to be shown. */
export interface CreatedApiKey {
  secret: string;
  key: ApiKeyRecord;
}

/** Makes a key. @throws ProbelogError INPUT_INVALID naming the field and what is wrong with it */
export async function createApiKey(
  keys: Pick<ApiKeys, 'create'>,
  request: NewApiKeyRequest,
): Promise<CreatedApiKey> {
  const parsed = schema.safeParse(request);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new ProbelogError('INPUT_INVALID', `The key's ${path.join('.')} is not usable: ${message}.`, {
      field: path.join('.'),
    });
  }
  const { name, scopes, labels, registry, expiresAt } = parsed.data;
  if (expiresAt && !(expiresAt.getTime() > Date.now()))
    throw new ProbelogError('INPUT_INVALID', 'The key would be expired already.', { field: 'expiresAt' });
  // An administrator makes keys, with which they could change every registry's models after all.
  if (registry !== null && scopes.includes('ADMIN'))
    throw new ProbelogError(
      'INPUT_INVALID',
      'The key cannot be for one registry and have the scope admin, which is for all of them. Take ingest, or leave the registry out.',
      { field: 'registry' },
    );
  const { secret, prefix, hash } = newSecret();
  const key = await keys.create({
    name,
    scopes: [...new Set(scopes)],
    labels,
    registry,
    expiresAt,
    prefix,
    hash,
  });
  return { secret, key };
}
