import type { PrismaClient } from '../generated/client.js';

/** Whatever the number, only that all of us use the same. */
const CLAIM_LOCK = 72_707_370;
/** The largest that the column holds: never too often. */
const NEVER = 2 ** 31 - 1;

/** Who claims, and on what terms. */
export interface ClaimTerms {
  /** How often in a row a process may die over an ingest; after that it is parked. */
  mostKills?: number;
  /**
   * Ingests that this worker has in hand. The lease of one may look as if it had run out when the machine was busy, and one
   * that was cancelled and is tried again waits until its earlier run here has ended.
   */
  held?: readonly string[];
}

/**
 * Takes the ingest whose turn it is; null when none is due.
 *
 * One worker at a time: only then is each one's choice the next in order, and no choice is lost because two made the
 * same. It takes some milliseconds, once for each model.
 *
 * @returns its id
 */
export async function claimIngest(
  prisma: PrismaClient,
  worker: string,
  leaseMs: number,
  { mostKills = NEVER, held = [] }: ClaimTerms,
): Promise<string | null> {
  const [, , rows] = await prisma.$transaction([
    prisma.$executeRaw`SELECT pg_advisory_xact_lock(${CLAIM_LOCK}::bigint)`,
    takeFromTheDead(prisma, mostKills, held),
    takeNext(prisma, worker, leaseMs, held),
  ]);
  return rows[0]?.id ?? null;
}

/**
 * Puts the ingests of dead workers back into the queue, and parks those over which workers died too often.
 *
 * A row that is locked belongs to a worker that lives: it is publishing.
 */
function takeFromTheDead(prisma: PrismaClient, mostKills: number, held: readonly string[]) {
  const message = `The process that worked on it was killed ${mostKills} times in a row.`;
  return prisma.$executeRaw`
    WITH "dead" AS (
      SELECT "id", "kills" + 1 >= ${mostKills}::int AS "deadly" FROM "ingest"
      WHERE "state" = 'RUNNING' AND "leased_until" < now() AND "id" <> ALL(${held}::uuid[])
      ORDER BY "id" FOR UPDATE SKIP LOCKED
    ), "changed" AS (
      UPDATE "ingest" SET "worker" = NULL, "leased_until" = NULL, "eta_seconds" = NULL, "kills" = "kills" + 1,
        "state" = CASE WHEN "deadly" THEN 'FAILED'::"ingest_state" ELSE 'QUEUED'::"ingest_state" END,
        "error_code" = CASE WHEN "deadly" THEN 'INGEST_KILLS_WORKERS' END,
        "error_message" = CASE WHEN "deadly" THEN ${message} END,
        "finished_at" = CASE WHEN "deadly" THEN now() END
      FROM "dead" WHERE "ingest"."id" = "dead"."id"
      RETURNING "ingest"."model_id", "deadly"
    )
    UPDATE "model" SET "status" = 'FAILED', "updated_at" = now()
    FROM "changed" WHERE "deadly" AND "model"."id" = "changed"."model_id" AND "model"."status" = 'PENDING'`;
}

/**
 * The order: priority; of each registry ("lane") the one that has the fewest at work; then the one whose last turn is the
 * longest ago; then age. So of a burst of thousands from one registry only one goes before the first of another.
 *
 * The lanes come from the index, one look-up each, and only the first of each is looked at, however many wait.
 */
function takeNext(prisma: PrismaClient, worker: string, leaseMs: number, held: readonly string[]) {
  return prisma.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE "lanes" AS (
      (SELECT "lane" FROM "ingest" WHERE "state" = 'QUEUED' ORDER BY "lane" LIMIT 1)
      UNION ALL
      SELECT (SELECT "ingest"."lane" FROM "ingest"
        WHERE "state" = 'QUEUED' AND "ingest"."lane" > "lanes"."lane" ORDER BY "ingest"."lane" LIMIT 1)
      FROM "lanes" WHERE "lanes"."lane" IS NOT NULL
    ), "first" AS (
      SELECT "head".* FROM "lanes" CROSS JOIN LATERAL (
        SELECT "id", "lane", "priority", "created_at" FROM "ingest"
        WHERE "state" = 'QUEUED' AND "ingest"."lane" = "lanes"."lane" AND "id" <> ALL(${held}::uuid[])
          AND ("next_attempt_at" IS NULL OR "next_attempt_at" <= now())
        ORDER BY "priority" DESC, "created_at", "id" LIMIT 1) AS "head"
    ), "next" AS (
      SELECT "ingest"."id" FROM "ingest" JOIN "first" ON "first"."id" = "ingest"."id"
      ORDER BY "first"."priority" DESC,
        (SELECT count(*) FROM "ingest" AS "other" WHERE "other"."state" = 'RUNNING' AND "other"."lane" = "first"."lane"),
        (SELECT max("claimed_at") FROM "ingest" AS "other" WHERE "other"."lane" = "first"."lane") NULLS FIRST,
        "first"."created_at", "first"."id"
      LIMIT 1 FOR UPDATE OF "ingest" SKIP LOCKED
    )
    UPDATE "ingest" SET "state" = 'RUNNING', "stage" = 'QUEUED', "worker" = ${worker}, "attempts" = "attempts" + 1,
      "error_code" = NULL, "error_message" = NULL, "next_attempt_at" = NULL,
      "started_at" = COALESCE("started_at", now()), "claimed_at" = now(),
      "leased_until" = now() + ${leaseMs} * interval '1 millisecond'
    FROM "next" WHERE "ingest"."id" = "next"."id"
    RETURNING "ingest"."id"`;
}
