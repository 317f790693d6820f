import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { createApiKey } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import { type ApiKeyRecord } from '../../store/index.js';
import { After, First } from '../pagination/page-arguments.js';
import { readCreated } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { globalId, keyOf } from '../schema/global-id.js';
import { ApiKey, ApiKeyConnection, CreatedApiKey, NewApiKeyInput } from './api-key-type.js';

@Resolver(() => ApiKey)
export class AccessResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: ApiKeyRecord): string {
    return globalId('ApiKey', id);
  }

  @Query(() => ApiKeyConnection, { description: 'Keys, newest first; for administrators.' })
  async apiKeys(@Ctx() { store, cursors }: Context, @First() first: number, @After() after: string | null) {
    const page = await readCreated(
      cursors,
      { first, after },
      {
        query: ['apiKeys'],
        read: (count, place) => store.apiKeys.page({ first: count, after: place }),
      },
    );
    return {
      ...page,
      // Counted only for callers who want it.
      get totalCount() {
        return store.apiKeys.count();
      },
    };
  }

  @Mutation(() => CreatedApiKey, { description: 'Creates a key; for administrators.' })
  async createApiKey(
    @Ctx() { store, access }: Context,
    @Arg('input', () => NewApiKeyInput) { name, scopes, labels, registry, expiresAt }: NewApiKeyInput,
  ) {
    const created = await createApiKey(store.apiKeys, {
      name,
      scopes,
      labels: labels ?? undefined,
      registry,
      expiresAt,
    });
    access.keyChanged(created.key.prefix);
    return created;
  }

  @Mutation(() => ApiKey, {
    description:
      'Revokes the key with this id or prefix for good: in this process at once, in others within seconds; for administrators.',
  })
  async revokeApiKey(
    @Ctx() { store, access }: Context,
    @Arg('id', () => ID, { nullable: true }) id: string | null,
    @Arg('prefix', () => String, { nullable: true, description: 'Instead of `id`.' }) prefix: string | null,
  ) {
    if (((id ?? null) === null) === ((prefix ?? null) === null)) {
      throw new ProbelogError('INPUT_INVALID', 'Give id or prefix, one of the two.', {
        arguments: ['id', 'prefix'],
      });
    }
    const key = await store.apiKeys.revoke(
      (id ?? null) === null ? await withPrefix(store, prefix ?? '') : keyOf('ApiKey', id ?? ''),
    );
    access.keyChanged(key.prefix);
    return key;
  }
}

async function withPrefix({ apiKeys }: Context['store'], prefix: string): Promise<string> {
  const key = await apiKeys.byPrefix(prefix);
  if (key) return key.id;
  throw new ProbelogError('NOT_FOUND', 'There is no key with this prefix.');
}
