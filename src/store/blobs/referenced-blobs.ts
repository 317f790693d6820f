import { REGISTRY_SCHEMES } from '../../lib/registry-schemes.js';
import type { Connection } from '../database/database.js';
import { readRows } from '../database/snapshot.js';
import type { PrismaClient } from '../generated/client.js';

/** A case-insensitive regular expression for the sources of models whose files can be fetched again. */
export const REFETCHABLE_SOURCE = `^(${['https?', 's3', ...Object.keys(REGISTRY_SCHEMES)].join('|')}):`;

/** A blob that rows refer to. */
export interface ReferencedBlob {
  digest: string;
  /** Whether the store cannot work without it. A model's files are only needed to probe the model again. */
  required: boolean;
  /** Whether it can be fetched again. Such files are evicted and fetched as needed. */
  refetchable: boolean;
}

/** Add the blob columns of new tables to this query and to {@link filterReferenced}. */
const REFERENCED_BLOBS = `
  SELECT "digest", bool_or("required") AS "required", bool_and("refetchable") AS "refetchable" FROM (
    SELECT "digest", true AS "required", false AS "refetchable" FROM "probe"
    UNION ALL SELECT "digest", true, false FROM "probe_embedding"
    UNION ALL SELECT "responses_digest", true, false FROM "model" WHERE "responses_digest" IS NOT NULL
    UNION ALL SELECT "file_digest", false, "source" ~* '${REFETCHABLE_SOURCE}' FROM "model" WHERE "file_digest" IS NOT NULL
    UNION ALL SELECT d."digest", false, m."source" ~* '${REFETCHABLE_SOURCE}' FROM "model_data_file" d
      JOIN "model" m ON m."id" = d."model_id"
  ) "referenced" GROUP BY "digest"`;

/** All blobs that rows refer to, in batches, ordered by digest; within a transaction. */
export function referencedBlobs(connection: Connection): AsyncGenerator<ReferencedBlob[], void, undefined> {
  return readRows<ReferencedBlob>(connection, `${REFERENCED_BLOBS} ORDER BY "digest" COLLATE "C"`);
}

/** Up to `max` blobs that rows refer to, first those that cannot be fetched again. Digests order them, so at random. */
export async function sampleReferences(connection: Connection, max: number): Promise<ReferencedBlob[]> {
  const rows = await connection.query(
    `SELECT * FROM (${REFERENCED_BLOBS}) "all" ORDER BY "refetchable", "digest" COLLATE "C" LIMIT ${max}`,
  );
  return rows.map(({ digest, required, refetchable }) => ({
    digest: String(digest),
    required: required === true,
    refetchable: refetchable === true,
  }));
}

export async function countReferencedBlobs(connection: Connection): Promise<number> {
  const [row] = await connection.query(`SELECT count(*)::float8 AS "count" FROM (${REFERENCED_BLOBS}) "all"`);
  return Number(row.count);
}

/** The digests among these that rows refer to. */
export async function filterReferenced(prisma: PrismaClient, digests: string[]): Promise<Set<string>> {
  const rows = await prisma.$queryRaw<{ digest: string }[]>`
    SELECT "digest" FROM unnest(${digests}::text[]) AS "digest"
    WHERE "digest" IN (
      SELECT "digest" FROM "probe" UNION SELECT "digest" FROM "probe_embedding"
      UNION SELECT "file_digest" FROM "model" WHERE "file_digest" IS NOT NULL
      UNION SELECT "digest" FROM "model_data_file"
      UNION SELECT "responses_digest" FROM "model" WHERE "responses_digest" IS NOT NULL)`;
  return new Set(rows.map(({ digest }) => digest));
}
