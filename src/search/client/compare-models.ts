import { type Matrix, rowOf } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { LogitRecord, ModelRecord, Store } from '../../store/index.js';
import type { Search } from './open-search.js';

/** With more logits, labels in a figure cannot be read, and the response is too large for one page. */
export const MAX_LOGITS_PER_SIDE = 200;

/** How similar every logit of one model is to every logit of another. */
export interface ModelComparison {
  /** Logits of the first model, in output order. */
  rows: LogitRecord[];
  /** Logits of the second. */
  columns: LogitRecord[];
  /** Cosines of their descriptors, a list for each row; null where a logit has none. */
  values: (number | null)[][];
}

/**
 * The similarity matrix of two models (figure 4 of the paper), or of a model with itself.
 *
 * @throws ProbelogError INPUT_INVALID when a model cannot be searched yet, has more than {@link MAX_LOGITS_PER_SIDE}
 *   logits, or was probed with another set; SEARCH_UNAVAILABLE when the gallery does not have a model yet
 */
export async function compareModels(
  { store, search }: { store: Store; search: Search },
  first: ModelRecord,
  second: ModelRecord,
): Promise<ModelComparison> {
  await checkComparable(store, [first, second], MAX_LOGITS_PER_SIDE);
  const [rows, columns, similarities] = await Promise.all([
    store.logits.page(first.id, { first: MAX_LOGITS_PER_SIDE }),
    store.logits.page(second.id, { first: MAX_LOGITS_PER_SIDE }),
    search.similarity(first.probeSetId, first.id, second.id),
  ]);
  // A model is published a moment before the gallery has it, and can be removed at any time.
  if (similarities?.rows !== rows.length || similarities.columns !== columns.length) throw isChanging();
  return { rows, columns, values: toRows(similarities) };
}

/** @throws ProbelogError INPUT_INVALID unless both can be searched in one gallery and have up to `max` logits */
export async function checkComparable(
  store: Store,
  [first, second]: readonly [ModelRecord, ModelRecord],
  max: number,
): Promise<void> {
  for (const model of [first, second]) {
    checkSearchable(model);
    checkSize(model, max);
  }
  await checkSameProbeSet(store, first, second);
}

/** The error while a model is published or removed. */
export function isChanging(): ProbelogError {
  return new ProbelogError('SEARCH_UNAVAILABLE', 'One of the models is being changed. Try again.');
}

function checkSearchable(model: ModelRecord): void {
  if (model.status === 'READY') return;
  const reason = {
    PENDING: 'it has no responses yet',
    FAILED: 'its ingest failed',
    NOT_APPLICABLE: 'it is no image classifier',
  }[model.status];
  throw new ProbelogError('INPUT_INVALID', `${titleOf(model)} cannot be compared: ${reason}.`, {
    model: model.name,
    version: model.version,
    status: model.status,
  });
}

function checkSize(model: ModelRecord, max: number): void {
  const { name, version, outputs } = model;
  if (outputs === null || outputs <= max) return;
  throw new ProbelogError(
    'INPUT_INVALID',
    `${titleOf(model)} has ${outputs} logits; the limit is ${max}. Compare smaller models.`,
    { model: name, version, logits: outputs, most: max },
  );
}

async function checkSameProbeSet(store: Store, first: ModelRecord, second: ModelRecord): Promise<void> {
  if (first.probeSetId === second.probeSetId) return;
  const sets = await store.probeSets.byIds([first.probeSetId, second.probeSetId]);
  const shown = [first, second].map((model) => {
    const name = sets.find(({ id }) => id === model.probeSetId)?.name ?? 'a removed set';
    return `${titleOf(model)} with ${JSON.stringify(name)}`;
  });
  throw new ProbelogError(
    'INPUT_INVALID',
    `The models were probed with different probe sets: ${shown.join(', ')}. Probe one of them again with the other's set.`,
  );
}

function titleOf({ name, version }: ModelRecord): string {
  return `${JSON.stringify(name)} version ${JSON.stringify(version)}`;
}

function toRows(matrix: Matrix): (number | null)[][] {
  return Array.from({ length: matrix.rows }, (_, row) =>
    Array.from(rowOf(matrix, row), (value) => (Number.isNaN(value) ? null : value)),
  );
}
