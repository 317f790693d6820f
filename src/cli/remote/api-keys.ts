import type { NewApiKeyRequest } from '../../access/index.js';
import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { CreatedKey, KeyFacts } from '../registry.js';
import {
  CreateKeyDocument,
  type KeyFactsFragment as Key,
  ListedKeysDocument,
  RevokeKeyDocument,
} from './generated/operations.js';

/** Makes a key of a server. @throws ProbelogClientError INPUT_INVALID, FORBIDDEN */
export async function createKey(
  client: ProbelogClient,
  { name, scopes, labels, registry, expiresAt }: NewApiKeyRequest,
): Promise<CreatedKey> {
  const input = { name, scopes, labels, registry, expiresAt: expiresAt?.toISOString() };
  const { secret, key } = (await client.query(CreateKeyDocument, { input })).createApiKey;
  return { secret, key: factsOf(key) };
}

/** All keys of a server, newest first. */
export async function listKeys(client: ProbelogClient): Promise<KeyFacts[]> {
  const keys: KeyFacts[] = [];
  for await (const key of allKeys(client)) keys.push(factsOf(key));
  return keys;
}

/** Ends a key of a server for ever. @throws ProbelogError NOT_FOUND */
export async function revokeKey(client: ProbelogClient, prefix: string): Promise<KeyFacts> {
  for await (const key of allKeys(client)) {
    if (key.prefix !== prefix) continue;
    return factsOf((await client.query(RevokeKeyDocument, { id: key.id })).revokeApiKey);
  }
  throw new ProbelogError('NOT_FOUND', 'There is no key with this prefix.');
}

async function* allKeys(client: ProbelogClient): AsyncGenerator<Key> {
  for await (const { node } of client.edges(ListedKeysDocument, {}, ({ apiKeys }) => apiKeys)) yield node;
}

function factsOf({ id: _, ...key }: Key): KeyFacts {
  return {
    ...key,
    createdAt: new Date(key.createdAt),
    expiresAt: dateOf(key.expiresAt),
    revokedAt: dateOf(key.revokedAt),
    lastUsedAt: dateOf(key.lastUsedAt),
  };
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
