import { expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';

it('a key for one registry is no administrator’s, who could make one for all, and nothing of it is kept', async () => {
  const made: unknown[] = [];
  const keys = {
    async create(key: object) {
      made.push(key);
      return { ...key, id: '1', createdAt: new Date(), revokedAt: null, lastUsedAt: null } as never;
    },
  };
  const bound = (scopes: ('READ' | 'INGEST' | 'ADMIN')[]) =>
    createApiKey(keys, { name: 'bound', scopes, registry: 'acme' });
  for (const scopes of [['ADMIN'], ['INGEST', 'ADMIN']] as const) {
    await expect(bound([...scopes])).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { field: 'registry' },
    });
  }
  expect(made).toEqual([]);
  await bound(['READ', 'INGEST']);
  expect(made).toMatchObject([{ registry: 'acme', scopes: ['READ', 'INGEST'] }]);
});
