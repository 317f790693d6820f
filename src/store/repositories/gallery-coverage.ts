import type { PrismaClient } from '../generated/client.js';
import { validIds } from '../ids.js';
import { seenSql, type Viewer } from '../viewer.js';

/** How much of a gallery was really run. */
export interface GalleryCoverage {
  /** Mean over its logits, 0..1; 0 without any. */
  coverage: number;
  /** Models of which every probe was run. */
  fullyProbedModels: number;
}

/** How much of the visible models of a probe set was really run. */
export async function galleryCoverage(
  prisma: PrismaClient,
  { sight }: Viewer,
  probeSetId: string,
): Promise<GalleryCoverage> {
  const [row] = await prisma.$queryRaw<GalleryCoverage[]>`
    SELECT COALESCE(sum(l."coverage" * m."outputs") / NULLIF(sum(m."outputs"), 0), 0)::float8 AS "coverage",
      (count(*) FILTER (WHERE l."coverage" >= 1))::int AS "fullyProbedModels"
    FROM "model" m JOIN "logit" l ON l."model_id" = m."id" AND l."index" = 0
    WHERE m."probe_set_id" = ANY(${validIds([probeSetId])}::uuid[]) AND m."status" = 'READY'
      AND ${seenSql(sight, 'm')}`;
  return row;
}
