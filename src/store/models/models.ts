import { INTERNAL_VIEWER, type Viewer, visible, visibleSql } from '../access/viewer.js';
import { createdAfter } from '../database/created-order.js';
import { isId, validIds } from '../database/ids.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import { type Claim, lockClaim } from '../ingests/claim.js';
import type { CreatedPosition, ModelRecord } from '../records.js';
import { type ModelNotes, notesOf, notesRevisionOf, replaceNotes } from './annotations.js';
import { describeModel, type FetchedFile } from './describe-model.js';
import { type GalleryCoverage, galleryCoverage } from './gallery-coverage.js';
import { type ModelFilter, matching } from './model-filter.js';
import { modelRecord } from './model-record.js';
import { type PublishedModel, publishModel, publishUpload } from './publish-model.js';
import { REFETCHABLE_SOURCE } from './refetchable-source.js';
import { type ExternalModel, registerExternal } from './register-external.js';
import { type OfRegistry, type RegisteredVersion, registeredVersions } from './registered-versions.js';
import { removeClaimed, removeModel } from './remove-model.js';
import { setLabels } from './set-labels.js';
import { setVisibility } from './set-visibility.js';

/** Model versions. */
export class Models {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly viewer: Viewer = INTERNAL_VIEWER,
  ) {}

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly string[]): Promise<ModelRecord[]> {
    const where = { id: { in: validIds(ids) }, AND: this.visible };
    return (await this.prisma.model.findMany({ where })).map(modelRecord);
  }

  async byNameVersion(name: string, version: string): Promise<ModelRecord | null> {
    const row = await this.prisma.model.findFirst({ where: { name, version, AND: this.visible } });
    return row && modelRecord(row);
  }

  /** In no order; unknown ones are left out. */
  async byNameVersions(keys: readonly { name: string; version: string }[]): Promise<ModelRecord[]> {
    const where = { OR: keys.map(({ name, version }) => ({ name, version })), AND: this.visible };
    return (await this.prisma.model.findMany({ where })).map(modelRecord);
  }

  /** Of each name the newest version that can be searched, or the newest of all where none can; in no order. */
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
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(modelRecord);
  }

  /** Oldest first. */
  async page(options: ModelFilter & { after?: CreatedPosition; first: number }): Promise<ModelRecord[]> {
    const { after, first } = options;
    const rows = await this.prisma.model.findMany({
      where: { AND: [matching(options), this.visible, after ? createdAfter(after) : {}] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: first,
    });
    return rows.map(modelRecord);
  }

  async count(filter: ModelFilter): Promise<number> {
    return this.prisma.model.count({ where: { AND: [matching(filter), this.visible] } });
  }

  /** Ids of the models that match, for narrowing a search. */
  async ids(filter: ModelFilter): Promise<string[]> {
    const rows = await this.prisma.model.findMany({
      where: { AND: [matching(filter), this.visible] },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** Ids of the models that the viewer does not see, for keeping them out of a search. */
  async hidden(): Promise<string[]> {
    const { visibilityScope } = this.viewer;
    if (visibilityScope === 'ALL') return [];
    const rows = await this.prisma.model.findMany({
      where: { visibility: { not: null, notIn: [...visibilityScope] } },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** Notes the file that was fetched for a model: see {@link describeModel}. @throws ClaimLost */
  async describe(claim: Claim, file: FetchedFile): Promise<void> {
    await this.prisma.$transaction((tx) => describeModel(tx, claim, file));
  }

  /** Tags and aliases of some models; one without any is left out. */
  notes(ids: readonly string[]): Promise<Map<string, ModelNotes>> {
    return notesOf(this.prisma, ids, this.viewer.visibilityScope);
  }

  /** How often a model's tags and aliases were written, for {@link takeNotes}. */
  notesRevision(id: string): Promise<number> {
    return notesRevisionOf(this.prisma, id);
  }

  /**
   * Makes a version's tags and aliases these, which its registry has, unless they were written since.
   *
   * @param revision from before they were read from the registry
   * @returns false when they were: they are to be read again
   * @throws ClaimLost
   */
  async takeNotes(claim: Claim, notes: ModelNotes, revision: number): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { modelId } = await lockClaim(tx, claim);
      const { registry, name, version } = await tx.model.findUniqueOrThrow({ where: { id: modelId } });
      if (registry === null) return true;
      return replaceNotes(tx, { registry, name, version }, notes, revision);
    });
  }

  /** Versions that were read from a registry, by id, behind `after`: see {@link registeredVersions}. */
  ofRegistry(of: OfRegistry, first: number, after?: string): Promise<RegisteredVersion[]> {
    return registeredVersions(this.prisma, this.viewer, of, first, after);
  }

  /**
   * Files that can be fetched again when they are needed: all models that have them came from elsewhere, and none is
   * being probed.
   */
  async refetchableFiles(): Promise<{ digest: string; bytes: number }[]> {
    return this.prisma.$queryRaw<{ digest: string; bytes: number }[]>`
      SELECT m."file_digest" AS "digest", max(m."file_bytes")::float8 AS "bytes" FROM "model" m
      WHERE m."file_digest" IS NOT NULL
      GROUP BY m."file_digest"
      HAVING bool_and(m."source" ~* ${REFETCHABLE_SOURCE} AND NOT EXISTS (
        SELECT 1 FROM "ingest" i WHERE i."model_id" = m."id" AND i."state" IN ('QUEUED', 'RUNNING')))`;
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
   * Makes a model visible: model, logits and responses in one transaction, so that no reader sees half of it. See
   * {@link publishModel}.
   *
   * @throws ClaimLost
   * @throws ProbelogError MODEL_LABELS_MISMATCH when labels that were set meanwhile do not fit
   */
  async publish(claim: Claim, published: PublishedModel): Promise<void> {
    await this.prisma.$transaction((tx) => publishModel(tx, claim, published));
  }

  /**
   * The same for responses that were uploaded, of a model that is not probed here.
   *
   * @throws ProbelogError RESPONSES_UNEXPECTED, FORBIDDEN, MODEL_LABELS_MISMATCH: see {@link publishUpload}
   */
  async publishUpload(id: string, published: PublishedModel): Promise<void> {
    await this.prisma.$transaction((tx) => publishUpload(tx, this.viewer, id, published));
  }

  /**
   * Replaces the labels; null takes them away.
   *
   * @returns false when there is no such model
   */
  setLabels(id: string, labels: string[] | null): Promise<boolean> {
    return this.prisma.$transaction((tx) => setLabels(tx, this.viewer, id, labels));
  }

  /** Makes a model visible to those with this label alone, or, with null, to all who may read; null when there is none. */
  setVisibility(id: string, visibility: string | null): Promise<ModelRecord | null> {
    return this.prisma.$transaction((tx) => setVisibility(tx, this.viewer, id, visibility));
  }

  /** Removes a model with its logits and ingests; false when there is none. */
  remove(id: string): Promise<boolean> {
    return this.prisma.$transaction((tx) => removeModel(tx, this.viewer, id));
  }

  /** Removes the model of a claimed ingest, with the ingest. @throws ClaimLost */
  removeClaimed(claim: Claim): Promise<void> {
    return this.prisma.$transaction((tx) => removeClaimed(tx, claim));
  }

  /** The visible models of a probe set, with where their responses are. */
  async searchable(
    probeSetId: string,
  ): Promise<{ modelId: string; responsesDigest: string; outputs: number }[]> {
    const rows = await this.prisma.model.findMany({
      where: { probeSetId: isId(probeSetId), status: 'READY', AND: this.visible },
      select: { id: true, responsesDigest: true, outputs: true },
    });
    return rows.flatMap(({ id, responsesDigest, outputs }) =>
      responsesDigest !== null && outputs !== null ? [{ modelId: id, responsesDigest, outputs }] : [],
    );
  }

  /** How much of the visible models of a probe set was really run. */
  galleryCoverage(probeSetId: string): Promise<GalleryCoverage> {
    return galleryCoverage(this.prisma, this.viewer, probeSetId);
  }

  private get visible(): Prisma.ModelWhereInput {
    return visible(this.viewer.visibilityScope);
  }
}
