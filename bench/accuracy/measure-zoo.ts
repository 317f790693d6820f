import { whiteningMatrix } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import type { Bench } from './bench.js';
import {
  type BenchGallery,
  buildGallery,
  collectDescriptors,
  type DescriptorGallery,
  type ModelResponses,
} from './gallery.js';
import { figures } from './metrics.js';
import { type Judge, ranks, withConsensus } from './rank.js';
import type { Row } from './row.js';
import { asymmetric, pick, products, unitRows } from './scores.js';
import { probeZooModel } from './zoo.js';

/** The k that the paper's metric did best with for logits on the hub. */
const PAPER_K = 100;
const QUERIES = 400;

/** Logits of real public models against the hub, and the hub's against theirs: classes that both know by name. */
export async function measureZoo(
  { folder, hub, products: with_ }: Bench,
  probeSet: string,
  images: string[],
  hubModels: ModelResponses[],
): Promise<Row[]> {
  const zooModels: ModelResponses[] = [];
  for (const entry of hub.zoo) {
    const probed = await probeZooModel(folder, entry, images);
    if (probed) zooModels.push(probed);
  }
  const plain = { hub: collectDescriptors(hubModels, 'PLAIN'), zoo: collectDescriptors(zooModels, 'PLAIN') };
  const ours = {
    hub: await buildGallery(hubModels, 'SHARP', with_),
    zoo: await buildGallery(zooModels, 'SHARP', with_),
  };
  return [
    await byPaper(with_, 'zoo-hub', probeSet, plain.zoo, plain.hub),
    await byPaper(with_, 'hub-zoo', probeSet, plain.hub, plain.zoo),
    await byOurs(with_, 'zoo-hub', probeSet, ours.zoo, ours.hub),
    await byOurs(with_, 'hub-zoo', probeSet, ours.hub, ours.zoo),
  ];
}

async function byPaper(
  with_: MatrixProducts,
  row: string,
  probeSet: string,
  asking: DescriptorGallery,
  answering: DescriptorGallery,
): Promise<Row> {
  const { drawn, judges } = sharedClasses(asking, answering);
  const scores = await asymmetric(with_, pick(asking.rows, drawn), answering.rows, PAPER_K);
  return { row, probeSet, method: 'paper', k: PAPER_K, ...figures(ranks(answering, scores, judges)) };
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
