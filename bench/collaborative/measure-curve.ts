import {
  type Basis,
  type Matrix,
  type ResponsePrior,
  unitRows,
  whiteningMatrix,
} from '../../src/domain/index.js';
import { fitPrior } from '../../src/search/build/fit-prior.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import type { ConceptRows } from '../accuracy/concepts.js';
import { KINDS } from '../accuracy/descriptor-kinds.js';
import {
  type BenchGallery,
  basisOf,
  collectDescriptors,
  type DescriptorGallery,
  type ModelResponses,
} from '../accuracy/gallery.js';
import { drawQueries, judges } from '../accuracy/measure-logits.js';
import { type Figures, figures } from '../accuracy/metrics.js';
import { type Judge, ranks, withConsensus } from '../accuracy/rank.js';
import { pick, products } from '../accuracy/scores.js';
import { completeModels } from './complete-models.js';
import { SCHEMES } from './schemes.js';

/** Shares of the probes that are run. */
export const SHARES = [0.5, 0.33, 0.2, 0.1, 0.05, 0.02];

/** One point of the curve. */
export interface CurvePoint extends Pick<Figures, 'top1' | 'top5' | 'ci95'> {
  row: string;
  probeSet: string;
  scheme: string;
  share: number;
}

/** How well the completion knows its own error. */
export interface ErrorPoint {
  probeSet: string;
  scheme: string;
  share: number;
  expectedError: number;
  trueError: number;
  correlation: number;
  millisecondsPerModel: number;
}

/** What is known before the models to be measured are seen. */
export interface Learnt {
  basis: Basis;
  prior: ResponsePrior;
}

/** Learns basis and prior from fully probed models. */
export async function learn(with_: MatrixProducts, models: ModelResponses[]): Promise<Learnt> {
  const { rows } = collectDescriptors(models, KINDS.sharp);
  const basis = await basisOf(rows, with_);
  let first = 0;
  const rowsOfModels = models.map(({ raw }) => {
    const own = Uint32Array.from({ length: raw.rows }, (_, output) => first + output);
    first += raw.rows;
    return own;
  });
  const read = (chosen: Uint32Array) => pick(rows, [...chosen]);
  const prior = await fitPrior({ basis, models: rowsOfModels, read, products: with_ });
  return { basis, prior };
}

/** Accuracy against the share of probes that was run, for every scheme, on models that the basis never saw. */
export async function measureCurve(
  with_: MatrixProducts,
  probeSet: string,
  { basis, prior }: Learnt,
  models: ModelResponses[],
  concepts: ConceptRows,
  classes: string[],
  shares = SHARES,
): Promise<{ curve: CurvePoint[]; errors: ErrorPoint[] }> {
  const whole = collectDescriptors(models, KINDS.sharp);
  const curve: CurvePoint[] = [];
  const errors: ErrorPoint[] = [];
  const measure = async (scheme: string, share: number, rows: Matrix) => {
    const gallery = await indexed(with_, basis, { logits: whole.logits, rows });
    for (const [row, { top1, top5, ci95 }] of await rowsOf(with_, gallery, concepts, classes))
      curve.push({ row, probeSet, scheme, share, top1, top5, ci95 });
  };
  await measure('full', 1, whole.rows);
  for (const share of shares) {
    const most = Math.round(share * prior.probes);
    for (const [name, scheme] of Object.entries(SCHEMES)) {
      const { rows, expectedError, trueError, errorCorrelation, millisecondsPerModel } = completeModels(
        models,
        whole.rows,
        prior,
        scheme(prior, most),
      );
      await measure(name, share, rows);
      errors.push({
        probeSet,
        scheme: name,
        share,
        expectedError,
        trueError,
        correlation: errorCorrelation,
        millisecondsPerModel,
      });
    }
    const bare = completeModels(models, whole.rows, null, SCHEMES['A-optimal'](prior, most));
    await measure('not completed', share, bare.rows);
  }
  return { curve, errors };
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
  concepts: ConceptRows,
  classes: string[],
): Promise<[string, Figures][]> {
  const drawn = drawQueries(gallery, 400);
  const byLogit = await products(with_, pick(gallery.index, drawn), gallery.index);
  const byConcept = await products(with_, concepts.ours, gallery.rows);
  const named = classes.map(
    (wnid): Judge => ({ isAllowed: () => true, isRight: (candidate) => candidate.wnid === wnid }),
  );
  const asked = [
    ['logit-logit', byLogit, judges(gallery, drawn, 'model')],
    ['logit-logit-other-backbone', byLogit, judges(gallery, drawn, 'backbone')],
    ['text-logit', byConcept, named],
  ] as const;
  const rows: [string, Figures][] = [];
  for (const [row, scores, judged] of asked) {
    const agreed = await withConsensus(with_, gallery, scores, judged);
    rows.push([row, figures(ranks(gallery, agreed, judged))]);
  }
  return rows;
}
