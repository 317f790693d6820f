import { createApiKey, type NewApiKeyRequest } from '../../access/index.js';
import type { Service } from '../../app/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { ApiKeyRecord } from '../../store/index.js';
import type { CreatedKey, KeyFacts } from '../registry.js';

const PAGE = 100;

/** Makes a key. @throws ProbelogError INPUT_INVALID */
export async function createKey({ store }: Service, request: NewApiKeyRequest): Promise<CreatedKey> {
  const { secret, key } = await createApiKey(store.apiKeys, request);
  return { secret, key: factsOf(key) };
}

/** All keys, newest first. */
export async function listKeys({ store }: Service): Promise<KeyFacts[]> {
  const keys: ApiKeyRecord[] = [];
  let page: ApiKeyRecord[];
  do {
    page = await store.apiKeys.page({ first: PAGE, after: keys.at(-1) });
    keys.push(...page);
  } while (page.length === PAGE);
  return keys.map(factsOf);
}

/** Ends a key for ever. @throws ProbelogError NOT_FOUND */
export async function revokeKey({ store }: Service, prefix: string): Promise<KeyFacts> {
  const key = await store.apiKeys.byPrefix(prefix);
  if (!key) throw new ProbelogError('NOT_FOUND', 'There is no key with this prefix.');
  await store.apiKeys.revoke(key.id);
  return factsOf(key);
}

function factsOf({ hash: _, id: __, ...facts }: ApiKeyRecord): KeyFacts {
  return facts;
}
