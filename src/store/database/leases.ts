import type { PrismaClient } from '../generated/client.js';

/** Work that only one process does at a time, among all on one database. */
export class Leases {
  constructor(private readonly prisma: PrismaClient) {}

  /**
   * Takes a lease that nobody has, or keeps the one that this holder has; by the clock of the database.
   *
   * @returns false when another holder has it
   */
  async take(name: string, holder: string, ms: number): Promise<boolean> {
    const taken = await this.prisma.$executeRaw`
      INSERT INTO "lease" ("name", "holder", "leased_until")
      VALUES (${name}, ${holder}, now() + ${ms} * interval '1 millisecond')
      ON CONFLICT ("name") DO UPDATE SET "holder" = excluded."holder", "leased_until" = excluded."leased_until"
      WHERE "lease"."holder" = excluded."holder" OR "lease"."leased_until" < now()`;
    return taken > 0;
  }

  /** Gives a lease back, if this holder has it. */
  async giveBack(name: string, holder: string): Promise<void> {
    await this.prisma.lease.deleteMany({ where: { name, holder } });
  }

  /** Ends every lease, when no other process can be alive. */
  async endAll(): Promise<void> {
    await this.prisma.lease.deleteMany();
  }
}
