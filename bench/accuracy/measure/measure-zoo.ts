import { unitRows, whiteningMatrix } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import {
  type BenchGallery,
  buildGallery,
  collectDescriptors,
  type DescriptorGallery,
  type ModelResponses,
} from '../data/gallery.js';
import type { Row } from '../report/row.js';
import { figures, top1 } from '../statistics/metrics.js';
import { type Judge, ranks, withConsensus } from '../statistics/rank.js';
import { asymmetric, pick, products } from '../statistics/scores.js';
import { KINDS } from './descriptor-kinds.js';
import type { Halves } from './measure-logits.js';
import { bestK } from './sweep-paper.js';

const QUERIES = 400;

/**
 * Logits of real public models against the hub, and the hub's against theirs: classes that both know by name.
 *
 * @param ours the reporting models under the product's descriptors
 */
export async function measureZoo(
  with_: MatrixProducts,
  probeSet: string,
  zooModels: ModelResponses[],
  { choosing, reporting }: Halves,
  ours: BenchGallery,
): Promise<Row[]> {
  const zoo = collectDescriptors(zooModels, KINDS.plain);
  const half = collectDescriptors(choosing, KINDS.plain);
  const hub = collectDescriptors(reporting, KINDS.plain);
  const oursOfZoo = await buildGallery(zooModels, KINDS.sharp, with_);
  return [
    await byPaper(with_, 'zoo-hub', probeSet, [zoo, half], [zoo, hub]),
    await byPaper(with_, 'hub-zoo', probeSet, [half, zoo], [hub, zoo]),
    await byOurs(with_, 'zoo-hub', probeSet, oursOfZoo, ours),
    await byOurs(with_, 'hub-zoo', probeSet, ours, oursOfZoo),
  ];
}

/** Who asks, and who answers. */
type Sides = [DescriptorGallery, DescriptorGallery];

async function byPaper(
  with_: MatrixProducts,
  row: string,
  probeSet: string,
  choosing: Sides,
  [asking, answering]: Sides,
): Promise<Row> {
  const tried = sharedClasses(...choosing);
  const k = await bestK(with_, pick(choosing[0].rows, tried.drawn), choosing[1].rows, (scores) =>
    top1(ranks(choosing[1], scores, tried.judges)),
  );
  const { drawn, judges } = sharedClasses(asking, answering);
  const scores = await asymmetric(with_, pick(asking.rows, drawn), answering.rows, k);
  return { row, probeSet, method: 'paper', k, ...figures(ranks(answering, scores, judges)) };
}

async function byOurs(
  with_: MatrixProducts,
  row: string,
  probeSet: string,
  asking: DescriptorGallery,
  answering: BenchGallery,
): Promise<Row> {
  const { drawn, judges } = sharedClasses(asking, answering);
  const whitened = await with_.project(pick(asking.rows, drawn), whiteningMatrix(answering.basis));
  const scores = await products(with_, unitRows(whitened), answering.index);
  const agreed = await withConsensus(with_, answering, scores, judges);
  return { row, probeSet, method: 'ours', k: null, ...figures(ranks(answering, agreed, judges)) };
}

/** Queries of classes that both sides know by name, spread evenly. */
function sharedClasses(
  asking: DescriptorGallery,
  answering: DescriptorGallery,
): { drawn: number[]; judges: Judge[] } {
  const known = new Set(answering.logits.flatMap(({ names }) => names));
  const shared = [...asking.logits.keys()].filter((logit) =>
    asking.logits[logit].names.some((name) => known.has(name)),
  );
  const step = Math.max(1, shared.length / QUERIES);
  const drawn = shared.filter((_, place) => Math.floor(place / step) !== Math.floor((place - 1) / step));
  const judges = drawn.map(
    (logit): Judge => ({
      isAllowed: () => true,
      isRight: ({ names }) => names.some((name) => asking.logits[logit].names.includes(name)),
    }),
  );
  return { drawn, judges };
}
