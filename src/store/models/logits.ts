import { INTERNAL_VIEWER, type Viewer, visible, visibleSql } from '../access/viewer.js';
import { isId, validIds } from '../database/ids.js';
import type { Remembered } from '../database/table-memory.js';
import type { PrismaClient } from '../generated/client.js';
import type { LogitKey, LogitRecord, LogitStatus } from '../records.js';
import type { FoundOutput, VisibleOutput } from './found-outputs.js';
import { labelsStarting } from './label-suggestions.js';

/** Output dimensions of models. */
export class Logits {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly found: Remembered<VisibleOutput, FoundOutput>,
    private readonly viewer: Viewer = INTERNAL_VIEWER,
  ) {}

  /** Outputs with their models, in the order of the keys; null for unknown ones. One statement, or none. Not to be changed. */
  withModels(keys: readonly LogitKey[]): Promise<(FoundOutput | null)[]> {
    const { visibilityScope: scope } = this.viewer;
    return this.found(keys.map(({ modelId, index }) => ({ modelId, index, scope })));
  }

  /** In no order; unknown keys are left out. One statement. */
  async byKeys(keys: readonly LogitKey[]): Promise<LogitRecord[]> {
    const known = keys.filter(({ modelId }) => validIds([modelId]).length === 1);
    const modelIds = known.map(({ modelId }) => modelId);
    const indexes = known.map(({ index }) => index);
    return this.prisma.$queryRaw<LogitRecord[]>`
      SELECT l."model_id" AS "modelId", l."index", l."label", l."status"::text AS "status", l."coverage",
        l."completion_error" AS "completionError"
      FROM "logit" l JOIN "model" m ON m."id" = l."model_id"
      WHERE (l."model_id", l."index") IN (SELECT * FROM unnest(${modelIds}::uuid[], ${indexes}::int[]))
        AND ${visibleSql(this.viewer.visibilityScope, 'm')}`;
  }

  /** Coverage by model id; models that were never published are left out. */
  async coverages(modelIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.prisma.logit.findMany({
      where: { modelId: { in: validIds(modelIds) }, index: 0, model: visible(this.viewer.visibilityScope) },
      select: { modelId: true, coverage: true },
    });
    return new Map(rows.map(({ modelId, coverage }) => [modelId, coverage]));
  }

  /** The logits of a model in output order, after the output `after`. */
  page(modelId: string, options: { after?: number; first: number }): Promise<LogitRecord[]> {
    return this.prisma.logit.findMany({
      where: {
        modelId: isId(modelId),
        index: { gt: options.after ?? -1 },
        model: visible(this.viewer.visibilityScope),
      },
      orderBy: { index: 'asc' },
      take: options.first,
    });
  }

  /** Labels that start with a prefix, each once: see {@link labelsStarting}. */
  labelsStarting(options: { prefix: string; first: number }): Promise<string[]> {
    return labelsStarting(this.prisma, this.viewer.visibilityScope, options);
  }

  /** Number of logits of a probe set's searchable models. */
  count(probeSetId: string, status?: LogitStatus): Promise<number> {
    return this.prisma.logit.count({
      where: {
        status,
        model: { probeSetId: isId(probeSetId), status: 'READY', AND: visible(this.viewer.visibilityScope) },
      },
    });
  }
}
