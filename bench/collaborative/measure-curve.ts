import {
  type Basis,
  LOGIT_TOP_K,
  type Matrix,
  NO_EXEMPLARS,
  type ResponsePrior,
  TEXT_TOP_K,
  unitRows,
  whiteningMatrix,
} from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import type { ConceptRows } from '../accuracy/data/concepts.js';
import {
  type BenchGallery,
  collectDescriptors,
  type DescriptorGallery,
  type ModelResponses,
} from '../accuracy/data/gallery.js';
import { KINDS } from '../accuracy/measure/descriptor-kinds.js';
import { drawQueries, judges } from '../accuracy/measure/measure-logits.js';
import { type Figures, figures } from '../accuracy/statistics/metrics.js';
import { type Judge, ranks, withConsensus } from '../accuracy/statistics/rank.js';
import { pick, products } from '../accuracy/statistics/scores.js';
import { type CompletedGallery, completeModels } from './complete-models.js';
import type { Learned } from './learn.js';
import { type Lost, lostBetween } from './lost-between.js';
import { type DistancePoint, measureDistance } from './measure-distance.js';
import { type Choice, PRODUCT, SCHEMES } from './schemes.js';

/** Shares of the probes that are run. */
export const SHARES = [0.5, 0.33, 0.2, 0.1, 0.05, 0.02];
/** Number of query logits: with fewer, differences of a point or two are within chance. */
export const QUERIES = 1_200;
/** The product's choice of probes, completed without exemplars. */
export const REGRESSION_ONLY = 'regression only';
/** Before the names of rows for which no exemplar is of a class of the completed model. */
export const NOVEL = 'novel-';
/** What was run and nothing else. */
export const NOT_COMPLETED = 'not completed';
/** Logits that ask by distance, which is measured before and after. */
const DISTANCE_QUERIES = 400;

/** One point of the curve. */
export interface CurvePoint extends Pick<Figures, 'top1' | 'top5' | 'ci95'> {
  row: string;
  probeSet: string;
  scheme: string;
  share: number;
  /** Queries: logits or texts. */
  asked: number;
  /** What the same queries lost against full probing. */
  lost: Lost;
}

/** How well the completion knows its own error. */
export interface ErrorPoint extends Omit<CompletedGallery, 'rows' | 'certainties'> {
  probeSet: string;
  scheme: string;
  share: number;
}

/** Everything that was measured with one probe set. */
export interface MeasuredCurve {
  curve: CurvePoint[];
  errors: ErrorPoint[];
  distances: DistancePoint[];
}

/** The queries, the models that they search, and the method. */
export interface CurveTask {
  probeSet: string;
  /** Learned from other models. */
  learned: Learned;
  models: ModelResponses[];
  concepts: ConceptRows;
  /** The class of each concept. */
  classes: string[];
  shares: number[];
  /** Names of {@link SCHEMES}, and `not completed`. */
  schemes: string[];
  queries: number;
}

type Ranks = ReturnType<typeof ranks>;

/**
 * Accuracy against the share of probes that was run, for every scheme, on models that the basis never saw.
 *
 * @param measured gets each point as soon as it is measured
 * @param save called after each point
 */
export async function measureCurve(
  with_: MatrixProducts,
  task: CurveTask,
  measured: MeasuredCurve,
  save: () => void,
): Promise<void> {
  const { probeSet, models } = task;
  const { basis, prior } = task.learned;
  const whole = collectDescriptors(models, KINDS.sharp);
  const target = whiteningMatrix(basis);
  const full = new Map<string, Ranks>();
  const measure = async (scheme: string, share: number, rows: Matrix, prefix = '') => {
    const gallery = await indexed(with_, basis, { logits: whole.logits, rows });
    for (const [name, found] of await rowsOf(with_, gallery, task)) {
      const row = `${prefix}${name}`;
      const reference = full.get(name) ?? found;
      full.set(name, reference);
      const { top1, top5, ci95 } = figures(found);
      const lost = lostBetween(reference, found);
      measured.curve.push({ row, probeSet, scheme, share, top1, top5, ci95, asked: found.length, lost });
    }
    save();
  };
  /** The product, then the same without exemplars: for classes that they do not show, and for all. */
  const measureProduct = async (share: number) => {
    const chosen = remembered(SCHEMES[PRODUCT](prior, budgetOf(share), target));
    if (task.schemes.includes(PRODUCT)) {
      const { rows, certainties, ...errors } = completeModels(models, whole.rows, () => prior, chosen);
      await measure(PRODUCT, share, rows);
      measured.errors.push({ probeSet, scheme: PRODUCT, share, ...errors });
      const novel = completeModels(models, whole.rows, priorWithoutOwnClasses(task.learned), chosen);
      await measure(PRODUCT, share, novel.rows, NOVEL);
      for (const [row, queries] of distanceQueries({ ...whole, rows }, task)) {
        const figures = measureDistance({ rows, certainties }, whole.logits, queries);
        measured.distances.push({ row, probeSet, share, ...figures });
      }
    }
    if (!task.schemes.includes(REGRESSION_ONLY)) return;
    const regression = { ...prior, exemplars: NO_EXEMPLARS };
    const { rows } = completeModels(models, whole.rows, () => regression, chosen);
    await measure(REGRESSION_ONLY, share, rows);
  };
  const measureOthers = async (share: number) => {
    for (const [scheme, choose] of Object.entries(SCHEMES)) {
      if (scheme === PRODUCT || !task.schemes.includes(scheme)) continue;
      const chosen = choose(prior, budgetOf(share), target);
      const { rows, certainties: _, ...errors } = completeModels(models, whole.rows, () => prior, chosen);
      await measure(scheme, share, rows);
      measured.errors.push({ probeSet, scheme, share, ...errors });
    }
    if (!task.schemes.includes(NOT_COMPLETED)) return;
    const chosen = SCHEMES['A-optimal'](prior, budgetOf(share), target);
    const bare = completeModels(models, whole.rows, () => null, chosen);
    await measure(NOT_COMPLETED, share, bare.rows);
  };
  await measure('full', 1, whole.rows);
  // The product at all shares first: an interrupted run has what matters most.
  for (const share of task.shares) await measureProduct(share);
  for (const share of task.shares) await measureOthers(share);

  function budgetOf(share: number): number {
    return Math.round(share * prior.probes);
  }
}

/** Chooses the probes of each model once. */
function remembered(choose: Choice): Choice {
  const choices = new Map<Matrix, Uint32Array>();
  return (raw) => {
    const chosen = choices.get(raw) ?? choose(raw);
    choices.set(raw, chosen);
    return chosen;
  };
}

/** A prior without exemplars of any class that the model itself has: to it, all of them are new. */
function priorWithoutOwnClasses({
  prior,
  exemplarClasses,
}: Learned): (model: ModelResponses) => ResponsePrior {
  const { values } = prior.exemplars;
  return ({ model }) => {
    const own = new Set(model.logits.map(({ wnid }) => wnid));
    const others = [...exemplarClasses.keys()].filter((row) => !own.has(exemplarClasses[row]));
    const kept = new Int8Array(others.length * prior.probes);
    for (const [place, row] of others.entries())
      kept.set(values.subarray(row * prior.probes, (row + 1) * prior.probes), place * prior.probes);
    return { ...prior, exemplars: { count: others.length, values: kept } };
  };
}

async function indexed(
  with_: MatrixProducts,
  basis: Basis,
  gallery: DescriptorGallery,
): Promise<BenchGallery> {
  const index = unitRows(await with_.project(gallery.rows, whiteningMatrix(basis)));
  return { ...gallery, basis, index };
}

async function rowsOf(
  with_: MatrixProducts,
  gallery: BenchGallery,
  { concepts, classes, queries }: CurveTask,
): Promise<[string, Ranks][]> {
  const drawn = drawQueries(gallery, queries);
  const byLogit = await products(with_, pick(gallery.index, drawn), gallery.index);
  const byConcept = await products(with_, concepts.ours, gallery.rows);
  const searches = [
    ['logit-logit', byLogit, judges(gallery, drawn, 'model')],
    ['logit-logit-other-backbone', byLogit, judges(gallery, drawn, 'backbone')],
    ['text-logit', byConcept, named(classes)],
  ] as const;
  const rows: [string, Ranks][] = [];
  for (const [row, scores, judged] of searches) {
    const agreed = await withConsensus(with_, gallery, scores, judged);
    rows.push([row, ranks(gallery, agreed, judged)]);
  }
  return rows;
}

function distanceQueries(gallery: DescriptorGallery, { concepts, classes }: CurveTask) {
  const drawn = drawQueries(gallery, DISTANCE_QUERIES);
  const logits = pick(gallery.rows, drawn);
  return [
    ['logit-logit', { queries: logits, judged: judges(gallery, drawn, 'model'), k: LOGIT_TOP_K }],
    [
      'logit-logit-other-backbone',
      { queries: logits, judged: judges(gallery, drawn, 'backbone'), k: LOGIT_TOP_K },
    ],
    ['text-logit', { queries: concepts.ours, judged: named(classes), k: TEXT_TOP_K }],
  ] as const;
}

function named(classes: string[]): Judge[] {
  return classes.map(
    (wnid): Judge => ({ isAllowed: () => true, isRight: (candidate) => candidate.wnid === wnid }),
  );
}
