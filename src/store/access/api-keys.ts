import { ProbelogError } from '../../errors/index.js';
import { createdBefore } from '../database/created-order.js';
import { isId, newId } from '../database/ids.js';
import type { PrismaClient } from '../generated/client.js';
import type { ApiKeyModel } from '../generated/models.js';
import type { ApiKeyRecord, CreatedPosition } from '../records.js';
import { audit } from './audit.js';
import { INTERNAL_VIEWER, type Viewer } from './viewer.js';

/** The last use of a key is written at most this often. */
const USE_RECORDED_EVERY_MS = 60_000;

/** A key to store. */
export type NewApiKey = Pick<
  ApiKeyRecord,
  'name' | 'prefix' | 'hash' | 'scopes' | 'labels' | 'registry' | 'expiresAt'
>;

/** API keys. */
export class ApiKeys {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly viewer: Viewer = INTERNAL_VIEWER,
  ) {}

  async create(key: NewApiKey): Promise<ApiKeyRecord> {
    return this.prisma.$transaction(async (tx) => {
      const data = { ...key, id: newId(), scopes: [...key.scopes], labels: [...key.labels] };
      const row = await tx.apiKey.create({ data });
      const { scopes, labels, registry } = row;
      await audit(tx, this.viewer, {
        action: 'KEY_CREATED',
        target: keyTarget(row),
        details: { scopes, labels, registry },
      });
      return toRecord(row);
    });
  }

  async byPrefix(prefix: string): Promise<ApiKeyRecord | null> {
    const row = await this.prisma.apiKey.findUnique({ where: { prefix } });
    return row && toRecord(row);
  }

  /** Newest first. */
  async page({ first, after }: { first: number; after?: CreatedPosition }): Promise<ApiKeyRecord[]> {
    const rows = await this.prisma.apiKey.findMany({
      where: after ? createdBefore(after) : {},
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: first,
    });
    return rows.map(toRecord);
  }

  async count(): Promise<number> {
    return this.prisma.apiKey.count();
  }

  /** Whether a key was ever created. Keys are revoked, not removed: a server that once had keys never becomes open again. */
  async any(): Promise<boolean> {
    return (await this.prisma.apiKey.findFirst({ select: { id: true } })) !== null;
  }

  /** Revokes a key with immediate effect; a revoked key stays as it is. @throws ProbelogError NOT_FOUND */
  async revoke(id: string): Promise<ApiKeyRecord> {
    return this.prisma.$transaction(async (tx) => {
      const where = { id: isId(id), revokedAt: null };
      const { count } = await tx.apiKey.updateMany({ where, data: { revokedAt: new Date() } });
      const row = await tx.apiKey.findFirst({ where: { id: isId(id) } });
      if (!row) throw new ProbelogError('NOT_FOUND', 'There is no key with this id.');
      if (count > 0) await audit(tx, this.viewer, { action: 'KEY_REVOKED', target: keyTarget(row) });
      return toRecord(row);
    });
  }

  /** Records the last use of a key. */
  async recordUse(id: string, at: Date): Promise<void> {
    const before = new Date(at.getTime() - USE_RECORDED_EVERY_MS);
    await this.prisma.apiKey.updateMany({
      where: { id: isId(id), OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: before } }] },
      data: { lastUsedAt: at },
    });
  }
}

function keyTarget({ name, prefix }: { name: string; prefix: string }): string {
  return `${name} (key:${prefix})`;
}

function toRecord(row: ApiKeyModel): ApiKeyRecord {
  return row;
}
