import type { Prisma, PrismaClient } from '../generated/client.js';
import type { SweepRecord, SweptVersions } from '../records.js';

/** The last sweep of each registry, by any process. */
export class RegistrySweeps {
  constructor(private readonly prisma: PrismaClient) {}

  /** Replaces the registry's last sweep. */
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

  /** Ordered by registry name. */
  async list(): Promise<SweepRecord[]> {
    const rows = await this.prisma.registrySweep.findMany({ orderBy: { registry: 'asc' } });
    return rows.map(({ found, ...row }) => ({
      ...row,
      // Sweeps of earlier releases renamed nothing.
      renamed: { count: 0, names: [] },
      ...(found as unknown as StoredFindings),
      dryRun: false,
    }));
  }
}

/** The JSON in `registry_sweep.found`. */
type StoredFindings = Record<'ingested' | 'changed' | 'removed' | 'annotated' | 'refused', SweptVersions> & {
  renamed?: SweptVersions;
};
