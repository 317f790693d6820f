import type { Prisma, PrismaClient } from '../generated/client.js';
import type { SweepRecord, SweptVersions } from '../records.js';

/** What the last sweep of each registry did, whichever process made it. */
export class RegistrySweeps {
  constructor(private readonly prisma: PrismaClient) {}

  /** Takes the place of the registry's last one. */
  async save({
    registry,
    startedAt,
    finishedAt,
    listed,
    error,
    dryRun: _,
    ...found
  }: SweepRecord): Promise<void> {
    const row = { startedAt, finishedAt, listed, error, found: found as unknown as Prisma.InputJsonValue };
    await this.prisma.registrySweep.upsert({
      where: { registry },
      create: { registry, ...row },
      update: row,
    });
  }

  /** By the registries' names. */
  async list(): Promise<SweepRecord[]> {
    const rows = await this.prisma.registrySweep.findMany({ orderBy: { registry: 'asc' } });
    return rows.map(({ found, ...row }) => ({ ...row, ...(found as unknown as Found), dryRun: false }));
  }
}

/** As it is kept. */
type Found = Record<'ingested' | 'changed' | 'removed' | 'annotated' | 'refused', SweptVersions>;
