import { type VisibilityScope, visibleSql } from '../access/viewer.js';
import { validIds } from '../database/ids.js';
import type { Remembered, TableMemory } from '../database/table-memory.js';
import { Prisma, type PrismaClient } from '../generated/client.js';
import type { LogitKey, LogitRecord, ModelRecord } from '../records.js';

/** Outputs to remember: some megabytes. */
const MAX_REMEMBERED = 5_000;

/** An output that a search found, with its model. */
export interface FoundOutput {
  logit: LogitRecord;
  model: ModelRecord;
}

/** An output as one viewer asks for it. */
export type VisibleOutput = LogitKey & { scope: VisibilityScope };

/** Where each field of a model is read from. Types of our own are read as text. */
const MODEL_COLUMNS: Readonly<Record<keyof ModelRecord, string>> = {
  id: '"id"::text',
  name: '"name"',
  version: '"version"',
  source: '"source"',
  status: '"status"::text',
  probeSetId: '"probe_set_id"::text',
  labelsSetAt: '"labels_set_at"',
  outputs: '"outputs"',
  inputShape: '"input_shape"',
  outputName: '"output_name"',
  responseKind: '"response_kind"::text',
  logFloor: '"log_floor"',
  multiLabel: '"multi_label"',
  preprocessing: '"preprocessing"',
  fileDigest: '"file_digest"',
  // A number loses nothing below 9 PB.
  fileBytes: '"file_bytes"::float8',
  responsesDigest: '"responses_digest"',
  license: '"licence"',
  registry: '"registry"',
  revision: '"revision"',
  visibility: '"visibility"',
  notes: '"notes"',
  createdAt: '"created_at"',
  updatedAt: '"updated_at"',
  probedAt: '"probed_at"',
};
const MODEL = Prisma.raw(
  Object.entries(MODEL_COLUMNS)
    .map(([field, column]) => `m.${column} AS "${field}"`)
    .join(', '),
);

/** A row of the statement. */
type Row = ModelRecord & {
  index: number;
  label: string | null;
  logitStatus: LogitRecord['status'];
  coverage: number;
  completionError: number | null;
};

/** Reads the outputs of a page and their models in one statement, and remembers them until one of them changes. */
export function openFoundOutputs(
  prisma: PrismaClient,
  memory: TableMemory,
): Remembered<VisibleOutput, FoundOutput> {
  return memory.reader<VisibleOutput, FoundOutput>({
    tables: ['model', 'logit'],
    max: MAX_REMEMBERED,
    keyOf: ({ scope, modelId, index }) => JSON.stringify([modelId, index, scope]),
    async read(keys) {
      const [{ scope }] = keys;
      const rows = await readRows(prisma, scope, keys);
      const models = new Map<string, ModelRecord>();
      const found = new Map<string, FoundOutput>();
      for (const { index, label, logitStatus: status, coverage, completionError, ...own } of rows) {
        const model = models.get(own.id) ?? own;
        models.set(own.id, model);
        const logit = { modelId: own.id, index, label, status, coverage, completionError };
        found.set(`${own.id}/${index}`, { logit, model });
      }
      return keys.map(({ modelId, index }) => found.get(`${modelId}/${index}`) ?? null);
    },
  });
}

function readRows(prisma: PrismaClient, scope: VisibilityScope, keys: readonly LogitKey[]): Promise<Row[]> {
  const known = keys.filter(({ modelId }) => validIds([modelId]).length === 1);
  const modelIds = known.map(({ modelId }) => modelId);
  const indexes = known.map(({ index }) => index);
  return prisma.$queryRaw<Row[]>`
    SELECT ${MODEL}, l."index", l."label", l."status"::text AS "logitStatus", l."coverage",
      l."completion_error" AS "completionError"
    FROM unnest(${modelIds}::uuid[], ${indexes}::int[]) AS "wanted" ("model_id", "index")
      JOIN "logit" l USING ("model_id", "index") JOIN "model" m ON m."id" = l."model_id"
    WHERE ${visibleSql(scope, 'm')}`;
}
