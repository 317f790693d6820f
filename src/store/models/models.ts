import { INTERNAL_VIEWER, type Viewer, type VisibilityScope, visible, visibleSql } from '../access/viewer.js';
import { REFETCHABLE_SOURCE } from '../blobs/referenced-blobs.js';
import { isId, validIds } from '../database/ids.js';
import type { Remembered } from '../database/table-memory.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import { type Claim, lockClaim } from '../ingests/claim.js';
import { LONG_COLUMNS, type ModelRecord, toModelRecord } from '../records.js';
import { type Annotations, annotationsRevision, findAnnotations, replaceAnnotations } from './annotations.js';
import { removeClaimed, removeModel, setLabels, setVisibility } from './edit-model.js';
import { ModelFacets } from './model-facets.js';
import { type ModelFilter, matching } from './model-filter.js';
import { type ModelOrder, type ModelPlace, partsBehind } from './model-order.js';
import {
  type DataFile,
  type FetchedFile,
  type PublishedModel,
  publishModel,
  publishUpload,
  recordDataFiles,
  recordFile,
} from './publish-model.js';
import { type ExternalModel, registerExternal } from './register-external.js';

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** A model version that was read from a registry. */
export interface RegisteredVersion
  extends Pick<ModelRecord, 'id' | 'name' | 'version' | 'source' | 'revision' | 'status'> {
  /** Why its last ingest failed, if it did. */
  errorCode: string | null;
  /** See {@link Models.annotationsRevision}. */
  annotationsRevision: number;
}

/** How completely a gallery was probed. */
export interface GalleryCoverage {
  /** Mean over its logits, 0..1; 0 without any. */
  coverage: number;
  /** Models whose probes were all run. */
  fullyProbedModels: number;
}

/** Model versions. */
export class Models {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly hiddenFrom: Remembered<VisibilityScope, readonly string[]>,
    private readonly viewer: Viewer = INTERNAL_VIEWER,
  ) {}

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly string[]): Promise<ModelRecord[]> {
    const where = { id: { in: validIds(ids) }, AND: this.visible };
    return (await this.prisma.model.findMany({ where, omit: LONG_COLUMNS })).map(toModelRecord);
  }

  /** The labels of a model, one for each output; null when it has none, or does not exist. */
  async labels(id: string): Promise<string[] | null> {
    const where = { id: isId(id), AND: this.visible };
    const row = await this.prisma.model.findFirst({ where, select: LONG_COLUMNS });
    return row?.hasLabels ? row.labels : null;
  }

  async byNameVersion(name: string, version: string): Promise<ModelRecord | null> {
    const row = await this.prisma.model.findFirst({
      where: { name, version, AND: this.visible },
      omit: LONG_COLUMNS,
    });
    return row && toModelRecord(row);
  }

  /** In no order; unknown versions are left out. */
  async byNameVersions(keys: readonly { name: string; version: string }[]): Promise<ModelRecord[]> {
    const where = { OR: keys.map(({ name, version }) => ({ name, version })), AND: this.visible };
    return (await this.prisma.model.findMany({ where, omit: LONG_COLUMNS })).map(toModelRecord);
  }

  /** For each name the newest searchable version, or the newest of all when none is searchable; in no order. */
  async newestByNames(names: readonly string[]): Promise<ModelRecord[]> {
    const rows = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT ON ("name") "id"::text FROM "model"
      WHERE "name" = ANY(${names}::text[]) AND ${visibleSql(this.viewer.visibilityScope, 'model')}
      ORDER BY "name", ("status" = 'READY') DESC, "created_at" DESC, "id" DESC`;
    return this.byIds(rows.map(({ id }) => id));
  }

  /** All versions of the model with exactly this name, oldest first. */
  async byName(name: string): Promise<ModelRecord[]> {
    const rows = await this.prisma.model.findMany({
      where: { name, AND: this.visible },
      omit: LONG_COLUMNS,
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(toModelRecord);
  }

  /** The models behind a place; oldest first when there is no order. @throws ProbelogError CURSOR_INVALID */
  async page({
    order = 'OLDEST',
    after,
    first,
    ...filter
  }: ModelFilter & { order?: ModelOrder; after?: ModelPlace; first: number }): Promise<ModelRecord[]> {
    const models: ModelRecord[] = [];
    for (const { where, orderBy } of partsBehind(order, after)) {
      if (models.length === first) break;
      const rows = await this.prisma.model.findMany({
        where: { AND: [matching(filter), this.visible, where] },
        omit: LONG_COLUMNS,
        orderBy,
        take: first - models.length,
      });
      models.push(...rows.map(toModelRecord));
    }
    return models;
  }

  /** How many models have which values. */
  facets(filter: ModelFilter): ModelFacets {
    return new ModelFacets(this.prisma, this.viewer.visibilityScope, filter);
  }

  async count(filter: ModelFilter): Promise<number> {
    return this.prisma.model.count({ where: { AND: [matching(filter), this.visible] } });
  }

  /** Ids of the matching models, to narrow a search. */
  async ids(filter: ModelFilter): Promise<string[]> {
    const rows = await this.prisma.model.findMany({
      where: { AND: [matching(filter), this.visible] },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** Ids of the models that the viewer does not see, to exclude them from a search. */
  async hidden(): Promise<readonly string[]> {
    const { visibilityScope } = this.viewer;
    if (visibilityScope === 'ALL') return [];
    const [hidden] = await this.hiddenFrom([visibilityScope]);
    return hidden ?? [];
  }

  /**
   * The models that a probe set's gallery holds, with the location of their responses. This is the only such list; the
   * gallery's files follow it.
   */
  async searchable(
    probeSetId: string,
  ): Promise<{ modelId: string; responsesDigest: string; outputs: number; multiLabel: boolean }[]> {
    const rows = await this.prisma.model.findMany({
      where: { probeSetId: isId(probeSetId), status: 'READY', AND: this.visible },
      select: { id: true, responsesDigest: true, outputs: true, multiLabel: true },
    });
    return rows.flatMap(({ id, responsesDigest, outputs, multiLabel }) =>
      responsesDigest !== null && outputs !== null
        ? [{ modelId: id, responsesDigest, outputs, multiLabel }]
        : [],
    );
  }

  /** How completely the visible models of a probe set were probed. */
  async galleryCoverage(probeSetId: string): Promise<GalleryCoverage> {
    const [row] = await this.prisma.$queryRaw<GalleryCoverage[]>`
      SELECT COALESCE(sum(l."coverage" * m."outputs") / NULLIF(sum(m."outputs"), 0), 0)::float8 AS "coverage",
        (count(*) FILTER (WHERE l."coverage" >= 1))::int AS "fullyProbedModels"
      FROM "model" m JOIN "logit" l ON l."model_id" = m."id" AND l."index" = 0
      WHERE m."probe_set_id" = ANY(${validIds([probeSetId])}::uuid[]) AND m."status" = 'READY'
        AND ${visibleSql(this.viewer.visibilityScope, 'm')}`;
    return row;
  }

  /** Tags and aliases by model id; models without any are left out. */
  annotations(ids: readonly string[]): Promise<Map<string, Annotations>> {
    return findAnnotations(this.prisma, ids, this.viewer.visibilityScope);
  }

  /** How often a model's annotations were written, for {@link replaceAnnotations}. */
  annotationsRevision(id: string): Promise<number> {
    return annotationsRevision(this.prisma, id);
  }

  /**
   * Replaces the annotations of a claimed ingest's model by those of its registry, unless they were written since.
   *
   * @param revision {@link annotationsRevision} from before they were read from the registry
   * @returns false when they were written since: read them again
   * @throws ClaimLost
   */
  async replaceAnnotations(claim: Claim, annotations: Annotations, revision: number): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { modelId } = await lockClaim(tx, claim);
      const { registry, name, version } = await tx.model.findUniqueOrThrow({ where: { id: modelId } });
      if (registry === null) return true;
      return replaceAnnotations(tx, { registry, name, version }, annotations, revision);
    });
  }

  /**
   * Versions that were read from a registry, ordered by id, after the id `after`. Models that merely name the registry are
   * left out.
   *
   * @param scheme of the registry's URIs
   */
  registeredVersions(
    { registry, scheme }: { registry: string; scheme: string },
    first: number,
    after = LOWEST_ID,
  ): Promise<RegisteredVersion[]> {
    return this.prisma.$queryRaw<RegisteredVersion[]>`
      SELECT m."id"::text, m."name", m."version", m."source", m."revision", m."status",
        (SELECT i."error_code" FROM "ingest" i WHERE i."model_id" = m."id"
          ORDER BY i."created_at" DESC, i."id" DESC LIMIT 1) AS "errorCode",
        COALESCE((SELECT a."revision" FROM "model_notes" a WHERE a."model_id" = m."id"), 0) AS "annotationsRevision"
      FROM "model" m
      WHERE ${visibleSql(this.viewer.visibilityScope, 'm')}
        AND m."registry" = ${registry} AND starts_with(m."source", ${`${scheme}:`}) AND m."id" > ${after}::uuid
      ORDER BY m."id" LIMIT ${first}`;
  }

  /**
   * Model files and their data files that can be fetched again: all models that use such a file were fetched from elsewhere,
   * and none of them is being probed.
   */
  async refetchableFiles(): Promise<{ digest: string; bytes: number }[]> {
    return this.prisma.$queryRaw<{ digest: string; bytes: number }[]>`
      SELECT f."digest", max(f."bytes")::float8 AS "bytes" FROM (
        SELECT "id" AS "model_id", "file_digest" AS "digest", "file_bytes" AS "bytes" FROM "model"
        WHERE "file_digest" IS NOT NULL
        UNION ALL SELECT "model_id", "digest", "bytes" FROM "model_data_file"
      ) f JOIN "model" m ON m."id" = f."model_id"
      GROUP BY f."digest"
      HAVING bool_and(m."source" ~* ${REFETCHABLE_SOURCE} AND NOT EXISTS (
        SELECT 1 FROM "ingest" i WHERE i."model_id" = m."id" AND i."state" IN ('QUEUED', 'RUNNING')))`;
  }

  /** Records the file that was fetched for a claimed ingest: see {@link recordFile}. @throws ClaimLost */
  async recordFile(claim: Claim, file: FetchedFile): Promise<void> {
    await this.prisma.$transaction((tx) => recordFile(tx, claim, file));
  }

  /** Records the data files of the recorded file of a claimed ingest: see {@link recordDataFiles}. @throws ClaimLost */
  async recordDataFiles(claim: Claim, files: readonly DataFile[]): Promise<void> {
    await this.prisma.$transaction((tx) => recordDataFiles(tx, claim, files));
  }

  /** The files that models keep weights in, by model and location. They belong to the file that was recorded last. */
  async dataFiles(ids: readonly string[]): Promise<Map<string, DataFile[]>> {
    const rows = await this.prisma.modelDataFile.findMany({
      where: { modelId: { in: validIds(ids) }, model: this.visible },
      orderBy: { location: 'asc' },
    });
    const files = new Map<string, DataFile[]>();
    for (const { modelId, location, digest, bytes } of rows)
      files.set(modelId, [...(files.get(modelId) ?? []), { location, digest, bytes: Number(bytes) }]);
    return files;
  }

  /**
   * Registers a model version without an ingest: see {@link registerExternal}.
   *
   * @throws ProbelogError MODEL_EXISTS, PROBE_SET_UNKNOWN
   */
  registerExternal(model: ExternalModel): Promise<ModelRecord> {
    return registerExternal(this.prisma, this.viewer, model);
  }

  /**
   * Publishes a model with its logits and responses in one transaction, so that no reader sees half of it: see
   * {@link publishModel}.
   *
   * @throws ClaimLost
   * @throws ProbelogError MODEL_LABELS_MISMATCH when labels set in the meantime do not fit
   */
  async publish(claim: Claim, published: PublishedModel): Promise<void> {
    await this.prisma.$transaction((tx) => publishModel(tx, claim, published));
  }

  /**
   * Publishes uploaded responses of a model that is not probed here: see {@link publishUpload}.
   *
   * @throws ProbelogError RESPONSES_UNEXPECTED, FORBIDDEN, MODEL_LABELS_MISMATCH
   */
  async publishUpload(id: string, published: PublishedModel): Promise<void> {
    await this.prisma.$transaction((tx) => publishUpload(tx, this.viewer, id, published));
  }

  /** Replaces the labels; null removes them. @returns false when the model does not exist */
  setLabels(id: string, labels: string[] | null): Promise<boolean> {
    return this.prisma.$transaction((tx) => setLabels(tx, this.viewer, id, labels));
  }

  /** Sets the visibility label; null makes the model public. @returns null when the model does not exist */
  setVisibility(id: string, visibility: string | null): Promise<ModelRecord | null> {
    return this.prisma.$transaction((tx) => setVisibility(tx, this.viewer, id, visibility));
  }

  /** Removes a model with its logits and ingests; false when it does not exist. */
  remove(id: string): Promise<boolean> {
    return this.prisma.$transaction((tx) => removeModel(tx, this.viewer, id));
  }

  /** Removes the model of a claimed ingest, with the ingest. @throws ClaimLost */
  removeClaimed(claim: Claim): Promise<void> {
    return this.prisma.$transaction((tx) => removeClaimed(tx, claim));
  }

  private get visible(): Prisma.ModelWhereInput {
    return visible(this.viewer.visibilityScope);
  }
}
