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
    'it must be one line without surrounding spaces',
  );

const schema = z.strictObject({
  name: line,
  scopes: z.array(z.enum(SCOPES)).min(1, 'a key needs at least one scope'),
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

/** The facts of a new key. */
export type NewApiKeyRequest = z.input<typeof schema>;

/** A key just created. Its secret can be shown now and never again. */
export interface CreatedApiKey {
  secret: string;
  key: ApiKeyRecord;
}

/** Creates a key. @throws ProbelogError INPUT_INVALID naming the field and the problem */
export async function createApiKey(
  keys: Pick<ApiKeys, 'create'>,
  request: NewApiKeyRequest,
): Promise<CreatedApiKey> {
  const parsed = schema.safeParse(request);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new ProbelogError('INPUT_INVALID', `The key's ${path.join('.')} is invalid: ${message}.`, {
      field: path.join('.'),
    });
  }
  const { name, scopes, labels, registry, expiresAt } = parsed.data;
  if (expiresAt && !(expiresAt.getTime() > Date.now()))
    throw new ProbelogError('INPUT_INVALID', 'The expiry of the key is in the past.', { field: 'expiresAt' });
  // An administrator can create keys, and so could change the models of every registry after all.
  if (registry !== null && scopes.includes('ADMIN'))
    throw new ProbelogError(
      'INPUT_INVALID',
      'The key cannot be limited to one registry and have the scope admin, which is for all registries. Use the scope ingest, or leave out the registry.',
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
