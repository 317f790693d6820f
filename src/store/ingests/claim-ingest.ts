import { type Viewer, visibleSql } from '../access/viewer.js';
import { Prisma, type PrismaClient } from '../generated/client.js';

/** An arbitrary number that every process uses for this advisory lock. */
const CLAIM_LOCK = 72_707_370;
/** The largest value of the column, so that no limit applies. */
const UNLIMITED = 2 ** 31 - 1;

/** How a worker claims. */
export interface ClaimTerms {
  /** How often in a row an ingest may kill its worker; then it fails. */
  maxKills?: number;
  /**
   * Ingests that this worker is running. On a busy machine their leases may look expired. An ingest that was cancelled and
   * is retried waits until its earlier run here has ended.
   */
  held?: readonly string[];
  /** For a runner: only ingests that wait for one of these flavors. Absent for a worker, which claims what is QUEUED. */
  flavors?: readonly string[];
  /** A runner gets only models that it sees and may change. */
  viewer?: Pick<Viewer, 'visibilityScope' | 'registry'>;
}

/** The state in which an ingest waits that is not running any more, as SQL. */
export const WAITING_STATE = Prisma.sql`CASE WHEN cardinality("runner_flavors") > 0
  THEN 'AWAITING_RUNNER'::"ingest_state" ELSE 'QUEUED'::"ingest_state" END`;

/**
 * Claims the next ingest; null when none is due.
 *
 * A lock lets one worker claim at a time. Otherwise two workers could choose the same ingest, and one would get nothing. It
 * takes a few milliseconds, once per model.
 *
 * @returns its id
 */
export async function claimIngest(
  prisma: PrismaClient,
  worker: string,
  leaseMs: number,
  { maxKills = UNLIMITED, held = [], ...terms }: ClaimTerms,
): Promise<string | null> {
  const { isWaiting, isAbandoned } = await inspectQueue(prisma, claimable(terms));
  if (!isWaiting && !isAbandoned) return null;
  const lock = prisma.$executeRaw`SELECT pg_advisory_xact_lock(${CLAIM_LOCK}::bigint)`;
  const next = claimNext(prisma, worker, leaseMs, held, claimable(terms));
  const results = isAbandoned
    ? await prisma.$transaction([lock, requeueAbandoned(prisma, maxKills, held), next])
    : await prisma.$transaction([lock, next]);
  const [claimed] = results[results.length - 1] as Awaited<typeof next>;
  return claimed?.id ?? null;
}

/**
 * Whether a claim may find something. Idle workers ask every second, and runners, whose condition no index has, every few: they must
 * not hold the lock. And a statement that might change models makes the server read again what it remembers of them
 * (`table-memory.ts`), so it is sent only when a worker has died.
 */
async function inspectQueue(
  prisma: PrismaClient,
  claimable: Prisma.Sql,
): Promise<{ isWaiting: boolean; isAbandoned: boolean }> {
  const [found] = await prisma.$queryRaw<[{ isWaiting: boolean; isAbandoned: boolean }]>`
    SELECT EXISTS (SELECT 1 FROM "ingest" WHERE ${claimable}) AS "isWaiting",
      EXISTS (SELECT 1 FROM "ingest" WHERE "state" = 'RUNNING' AND "leased_until" < now()) AS "isAbandoned"`;
  return found;
}

/**
 * Requeues the ingests of dead workers, and fails those that killed their worker too often.
 *
 * A locked row belongs to a live worker that is publishing, so it is skipped.
 */
function requeueAbandoned(prisma: PrismaClient, maxKills: number, held: readonly string[]) {
  const message = `Its worker process was killed ${maxKills} times in a row.`;
  return prisma.$executeRaw`
    WITH "dead" AS (
      SELECT "id", "kills" + 1 >= ${maxKills}::int AS "deadly" FROM "ingest"
      WHERE "state" = 'RUNNING' AND "leased_until" < now() AND "id" <> ALL(${held}::uuid[])
      ORDER BY "id" FOR UPDATE SKIP LOCKED
    ), "changed" AS (
      UPDATE "ingest" SET "worker" = NULL, "leased_until" = NULL, "eta_seconds" = NULL, "kills" = "kills" + 1,
        "state" = CASE WHEN "deadly" THEN 'FAILED'::"ingest_state" ELSE ${WAITING_STATE} END,
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
 * The order: priority; then the registry ("lane") with the fewest running ingests; then the lane whose last turn was longest
 * ago; then age. So when one registry sends a burst of thousands, another registry's first ingest waits for one of them only.
 *
 * For workers, the lanes come from an index, with one look-up each, and only the first ingest of each is read, however many wait.
 */
function claimNext(
  prisma: PrismaClient,
  worker: string,
  leaseMs: number,
  held: readonly string[],
  claimable: Prisma.Sql,
) {
  return prisma.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE "lanes" AS (
      (SELECT "lane" FROM "ingest" WHERE ${claimable} ORDER BY "lane" LIMIT 1)
      UNION ALL
      SELECT (SELECT "ingest"."lane" FROM "ingest"
        WHERE ${claimable} AND "ingest"."lane" > "lanes"."lane" ORDER BY "ingest"."lane" LIMIT 1)
      FROM "lanes" WHERE "lanes"."lane" IS NOT NULL
    ), "first" AS (
      SELECT "head".* FROM "lanes" CROSS JOIN LATERAL (
        SELECT "id", "lane", "priority", "created_at" FROM "ingest"
        WHERE ${claimable} AND "ingest"."lane" = "lanes"."lane" AND "id" <> ALL(${held}::uuid[])
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

/** The condition for the rows of `ingest` that a worker or a runner may claim. */
function claimable({ flavors, viewer }: Pick<ClaimTerms, 'flavors' | 'viewer'>): Prisma.Sql {
  if (flavors === undefined) return Prisma.sql`"ingest"."state" = 'QUEUED'`;
  const isChangeable =
    viewer === undefined
      ? Prisma.sql`TRUE`
      : Prisma.sql`EXISTS (SELECT 1 FROM "model" m WHERE m."id" = "ingest"."model_id"
          AND ${visibleSql(viewer.visibilityScope, 'm')}
          AND (${viewer.registry}::text IS NULL OR m."registry" = ${viewer.registry}))`;
  return Prisma.sql`"ingest"."state" = 'AWAITING_RUNNER' AND "ingest"."runner_flavors" && ${[...flavors]}::text[]
    AND ${isChangeable}`;
}
