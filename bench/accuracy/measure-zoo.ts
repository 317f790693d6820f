import { type Matrix, whiteningMatrix } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { type BenchGallery, buildGallery, type DescriptorKind, type ModelResponses } from './gallery.js';
import type { Bench } from './measure-probe-set.js';
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
  const rows: Row[] = [];
  for (const kind of ['PLAIN', 'SHARP'] satisfies DescriptorKind[]) {
    const ofHub = await buildGallery(hubModels, kind, with_);
    const ofZoo = await buildGallery(zooModels, kind, with_);
    rows.push(await across(with_, 'zoo-hub', probeSet, kind, ofZoo, ofHub));
    rows.push(await across(with_, 'hub-zoo', probeSet, kind, ofHub, ofZoo));
  }
  return rows;
}

async function across(
  with_: MatrixProducts,
  row: string,
  probeSet: string,
  kind: DescriptorKind,
  asking: BenchGallery,
  answering: BenchGallery,
): Promise<Row> {
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
  const queries = pick(asking.rows, drawn);
  if (kind === 'PLAIN') {
    const scores = await asymmetric(with_, queries, answering.rows, PAPER_K);
    return { row, probeSet, method: 'paper', k: PAPER_K, ...figures(ranks(answering, scores, judges)) };
  }
  const whitened: Matrix = await with_.project(queries, whiteningMatrix(answering.basis));
  const scores = await products(with_, unitRows(whitened), answering.index);
  const agreed = await withConsensus(with_, answering, scores, judges);
  return { row, probeSet, method: 'ours', k: null, ...figures(ranks(answering, agreed, judges)) };
}
