import { rowOf } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { ConceptRows } from '../data/concepts.js';
import { type BenchGallery, collectDescriptors, type DescriptorGallery } from '../data/gallery.js';
import type { Row } from '../report/row.js';
import { figures, top1 } from '../statistics/metrics.js';
import { type Judge, ranks, withConsensus } from '../statistics/rank.js';
import { asymmetric, cosines, products, type Scores } from '../statistics/scores.js';
import { KINDS } from './descriptor-kinds.js';
import { lessHubness } from './less-hubness.js';
import type { Halves } from './measure-logits.js';
import { probeReliability, weighColumns } from './probe-reliability.js';
import { bestK } from './sweep-paper.js';
import { byRank, signedPower } from './weightings.js';

/** Queries by class name against all logits. */
export async function measureConcepts(
  with_: MatrixProducts,
  probeSet: string,
  { choosing, reporting }: Halves,
  concepts: ConceptRows,
  judges: Judge[],
  row: string,
  full: boolean,
  ours: BenchGallery,
): Promise<Row[]> {
  const rows: Row[] = [];
  const report = (method: string, gallery: DescriptorGallery, scores: Scores, k: number | null = null) =>
    rows.push({ row, probeSet, method, k, ...figures(ranks(gallery, scores, judges)) });

  const half = collectDescriptors(choosing, KINDS.plain);
  const k = await bestK(with_, concepts.standardized, half.rows, (scores) =>
    top1(ranks(half, scores, judges)),
  );
  const plain = collectDescriptors(reporting, KINDS.plain);
  report('paper', plain, await asymmetric(with_, concepts.standardized, plain.rows, k), k);
  if (full) {
    const raw = collectDescriptors(reporting, KINDS.raw);
    report('raw-cosine', raw, await cosines(with_, concepts.cosines, raw.rows));
    report(
      'paper-all-probes',
      plain,
      await asymmetric(with_, concepts.standardized, plain.rows, raw.rows.columns),
    );
    report('sharpened', plain, await products(with_, concepts.sharpened, plain.rows));
    for (const kind of ['gauge', 'gauge+sharp'] as const) {
      const gallery = collectDescriptors(reporting, KINDS[kind]);
      report(`${kind}+sharpened`, gallery, await products(with_, concepts.sharpened, gallery.rows));
    }
    for (const query of ['bothTails', 'ranked', 'sharpened', 'regression', 'contrast'] as const) {
      const weights = query === 'bothTails' || query === 'ranked' ? variant(query) : concepts[query];
      report(`sharp+${NAMES[query]}`, ours, await products(with_, weights, ours.rows));
    }
  }
  const scores = await products(with_, concepts.ours, ours.rows);
  if (full) {
    report('sharp+contrast+regression', ours, scores);
    const hubness = await products(with_, ours.rows, concepts.vocabulary);
    report('sharp+contrast+regression+csls', ours, lessHubness(scores, hubness));
    const reliable = weighColumns(concepts.ours, probeReliability(ours.rows, ours.basis));
    report('sharp+contrast+regression+reliability', ours, await products(with_, reliable, ours.rows));
  }
  report('ours', ours, await withConsensus(with_, ours, scores, judges));
  return rows;

  function variant(of: 'bothTails' | 'ranked') {
    const { standardized } = concepts;
    const made = { ...standardized, data: standardized.data.slice() };
    for (let concept = 0; concept < made.rows; concept++) {
      const values = rowOf(standardized, concept);
      const weights = of === 'ranked' ? byRank(values) : signedPower(values, TAIL_POWER);
      if (weights) rowOf(made, concept).set(weights);
    }
    return made;
  }
}

/** Near to where it does best. */
const TAIL_POWER = 3;

const NAMES = {
  bothTails: 'both-tails',
  ranked: 'ranks',
  sharpened: 'sharpened',
  regression: 'regression',
  contrast: 'contrast',
} as const;
