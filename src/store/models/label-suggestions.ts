import { type VisibilityScope, visibleSql } from '../access/viewer.js';
import { Prisma, type PrismaClient } from '../generated/client.js';

/** The index on labels has no longer ones. */
export const MAX_SUGGESTED_LENGTH = 100;
/** The last character in byte order: every text with a prefix is below the prefix followed by it. */
const LAST = '\u{10FFFF}';

/**
 * Labels of outputs that start with a prefix, in any case, each once and in byte order.
 *
 * Thousands of models share ImageNet's labels. So the statement jumps from each label to the next one in the index
 * (https://wiki.postgresql.org/wiki/Loose_indexscan) instead of reading all rows of each.
 *
 * @param prefix 1 to {@link MAX_SUGGESTED_LENGTH} characters
 */
export async function labelsStarting(
  prisma: PrismaClient,
  visibilityScope: VisibilityScope,
  { prefix, first }: { prefix: string; first: number },
): Promise<string[]> {
  if (first === 0) return [];
  // A join would be planned by statistics, which an embedded database never gathers: without them it took seconds.
  const isVisible = Prisma.sql`
    (SELECT ${visibleSql(visibilityScope, 'm')} FROM "model" m WHERE m."id" = l."model_id")`;
  const next = (behind: Prisma.Sql) => Prisma.sql`
    (SELECT lower(l."label") COLLATE "C" AS "key", l."label" FROM "logit" l
      WHERE length(l."label") <= 100 AND lower(l."label") COLLATE "C" ${behind}
        AND lower(l."label") COLLATE "C" < lower(${prefix}) || ${LAST} AND ${isVisible}
      ORDER BY lower(l."label") COLLATE "C", l."label" COLLATE "C" LIMIT 1)`;
  const rows = await prisma.$queryRaw<{ label: string }[]>`
    WITH RECURSIVE "found" ("key", "label", "place") AS (
      SELECT "key", "label", 1 FROM ${next(Prisma.sql`>= lower(${prefix})`)} "start"
      UNION ALL
      SELECT n."key", n."label", f."place" + 1
        FROM "found" f CROSS JOIN LATERAL ${next(Prisma.sql`> f."key"`)} n
        WHERE f."place" < ${first}::int
    )
    SELECT "label" FROM "found" ORDER BY "place"`;
  return rows.map(({ label }) => label);
}
