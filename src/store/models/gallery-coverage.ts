import { type Viewer, visibleSql } from '../access/viewer.js';
import { validIds } from '../database/ids.js';
import type { PrismaClient } from '../generated/client.js';

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
  { visibilityScope }: Viewer,
  probeSetId: string,
): Promise<GalleryCoverage> {
  const [row] = await prisma.$queryRaw<GalleryCoverage[]>`
    SELECT COALESCE(sum(l."coverage" * m."outputs") / NULLIF(sum(m."outputs"), 0), 0)::float8 AS "coverage",
      (count(*) FILTER (WHERE l."coverage" >= 1))::int AS "fullyProbedModels"
    FROM "model" m JOIN "logit" l ON l."model_id" = m."id" AND l."index" = 0
    WHERE m."probe_set_id" = ANY(${validIds([probeSetId])}::uuid[]) AND m."status" = 'READY'
      AND ${visibleSql(visibilityScope, 'm')}`;
  return row;
}
