import { type Matrix, rowOf } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import type { ConceptRows } from './concepts.js';
import { type BenchGallery, collectDescriptors, type DescriptorGallery } from './gallery.js';
import type { Halves } from './measure-logits.js';
import { SWEEP } from './measure-logits.js';
import { figures } from './metrics.js';
import { type Judge, ranks, withConsensus } from './rank.js';
import type { Row } from './row.js';
import { asymmetric, cosines, products, type Scores } from './scores.js';

/** Queries by class name against all logits. */
export async function measureConcepts(
  with_: MatrixProducts,
  probeSet: string,
  { choosing, reporting }: Halves,
  concepts: ConceptRows,
  classes: string[],
  row: string,
  full: boolean,
  ours: BenchGallery,
): Promise<Row[]> {
  const rows: Row[] = [];
  const judges = classes.map(
    (wnid): Judge => ({ isAllowed: () => true, isRight: (candidate) => candidate.wnid === wnid }),
  );
  const top1 = (gallery: DescriptorGallery, scores: Scores) => figures(ranks(gallery, scores, judges)).top1;
  const report = (method: string, k: number | null, gallery: DescriptorGallery, scores: Scores) =>
    rows.push({ row, probeSet, method, k, ...figures(ranks(gallery, scores, judges)) });

  const plainChoosing = collectDescriptors(choosing, 'PLAIN');
  let bestK = { k: SWEEP[0], top1: -1 };
  for (const k of SWEEP) {
    const reached = top1(
      plainChoosing,
      await asymmetric(with_, concepts.standardised, plainChoosing.rows, k),
    );
    if (reached > bestK.top1) bestK = { k, top1: reached };
  }
  const plain = collectDescriptors(reporting, 'PLAIN');
  report('paper', bestK.k, plain, await asymmetric(with_, concepts.standardised, plain.rows, bestK.k));
  if (full) {
    const raw = collectDescriptors(reporting, 'RAW');
    report('raw-cosine', null, raw, await cosines(with_, concepts.cosines, raw.rows));
    report(
      'paper-all-probes',
      null,
      plain,
      await asymmetric(with_, concepts.standardised, plain.rows, plain.rows.columns),
    );
    report('sharpened', null, plain, await products(with_, concepts.sharpened, plain.rows));
    const gauge = collectDescriptors(reporting, 'GAUGE');
    report('gauge+sharpened', null, gauge, await products(with_, concepts.sharpened, gauge.rows));
    report('sharp+sharpened', null, ours, await products(with_, concepts.sharpened, ours.rows));
    report('sharp+regression', null, ours, await products(with_, concepts.regression, ours.rows));
    report('sharp+contrast', null, ours, await products(with_, concepts.contrast, ours.rows));
  }
  const scores = await products(with_, concepts.ours, ours.rows);
  if (full) {
    report('sharp+contrast+regression', null, ours, scores);
    report('sharp+contrast+regression+csls', null, ours, await lessHubness(with_, scores, ours.rows));
  }
  report('ours', null, ours, await withConsensus(with_, ours, scores, judges));
  return rows;

  /** Design 3.6: less 0.3 of the mean score of a logit's ten closest vocabulary concepts. */
  async function lessHubness(kept: MatrixProducts, plainScores: Scores, logits: Matrix): Promise<Scores> {
    const background = await products(kept, logits, concepts.vocabulary);
    const hubness = Float32Array.from({ length: logits.rows }, (_, logit) => {
      const values = rowOf(background, logit).slice().sort().slice(-10);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    });
    const data = plainScores.data.map((value, place) => value - 0.3 * hubness[place % logits.rows]);
    return { ...plainScores, data };
  }
}
