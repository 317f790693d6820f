import type { PrismaClient } from '../generated/client.js';

/** Leases for work that only one process on a database does at a time. */
export class Leases {
  constructor(private readonly prisma: PrismaClient) {}

  /**
   * Acquires a free or expired lease, or renews the holder's own; by the database's clock.
   *
   * @returns false when another holder has it
   */
  async acquire(name: string, holder: string, ms: number): Promise<boolean> {
    const changed = await this.prisma.$executeRaw`
      INSERT INTO "lease" ("name", "holder", "leased_until")
      VALUES (${name}, ${holder}, now() + ${ms} * interval '1 millisecond')
      ON CONFLICT ("name") DO UPDATE SET "holder" = excluded."holder", "leased_until" = excluded."leased_until"
      WHERE "lease"."holder" = excluded."holder" OR "lease"."leased_until" < now()`;
    return changed > 0;
  }

  /** Releases a lease, if this holder has it. */
  async release(name: string, holder: string): Promise<void> {
    await this.prisma.lease.deleteMany({ where: { name, holder } });
  }

  /** Ends all leases. Only for a database that no other process can be using. */
  async releaseAll(): Promise<void> {
    await this.prisma.lease.deleteMany();
  }
}
