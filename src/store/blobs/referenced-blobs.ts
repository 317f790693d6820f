import type { PrismaClient } from '../generated/client.js';

/** Which of some digests a row refers to. */
export async function referencedBlobs(prisma: PrismaClient, digests: string[]): Promise<Set<string>> {
  const rows = await prisma.$queryRaw<{ digest: string }[]>`
    SELECT "digest" FROM unnest(${digests}::text[]) AS "digest"
    WHERE "digest" IN (
      SELECT "digest" FROM "probe" UNION SELECT "digest" FROM "probe_embedding"
      UNION SELECT "file_digest" FROM "model" WHERE "file_digest" IS NOT NULL
      UNION SELECT "responses_digest" FROM "model" WHERE "responses_digest" IS NOT NULL)`;
  return new Set(rows.map(({ digest }) => digest));
}
