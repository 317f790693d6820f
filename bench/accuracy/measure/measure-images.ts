import { type Matrix, rowOf, sharpen, stackRows, timesVector } from '../../../src/domain/index.js';
import { IMAGE_SHARPNESS } from '../../../src/text/index.js';
import type { Bench } from '../data/bench.js';
import type { BenchGallery } from '../data/gallery.js';
import type { QueryImages } from '../data/query-images.js';
import type { Row } from '../report/row.js';
import { figures } from '../statistics/metrics.js';
import { type Judge, ranks, withConsensus } from '../statistics/rank.js';
import { products, type Scores } from '../statistics/scores.js';

/**
 * Queries by image: images that are not probes, as the product searches with them, and for comparison the one probe that
 * is nearest.
 *
 * @param probeEmbeddings P × d
 */
export async function measureImages(
  { encoder, products: with_ }: Pick<Bench, 'encoder' | 'products'>,
  probeSet: string,
  { from, images }: QueryImages,
  probeEmbeddings: Matrix,
  gallery: BenchGallery,
): Promise<Row[]> {
  const embeddings: Float32Array[] = [];
  for (const { path } of images) embeddings.push(...(await encoder.embedImages([path])));
  const cosines = embeddings.map((embedding) => timesVector(probeEmbeddings, embedding));
  const judges = images.map(
    ({ names }): Judge => ({
      isAllowed: () => true,
      isRight: (candidate) => candidate.names.some((name) => names.includes(name)),
    }),
  );
  const report = (method: string, scores: Scores): Row => ({
    row: `image-logit-${from}`,
    probeSet,
    method,
    k: null,
    ...figures(ranks(gallery, scores, judges)),
  });
  const nearest = cosines.map((values) => values.indexOf(Math.max(...values)));
  const oneHot = nearest.map((probe) => {
    const { rows } = gallery;
    return Float32Array.from({ length: rows.rows }, (_, logit) => rowOf(rows, logit)[probe]);
  });
  const weights = cosines.map((values) => sharpen(values, IMAGE_SHARPNESS) ?? values);
  const scores = await products(with_, stackRows(weights), gallery.rows);
  return [
    report('nearest-probe', stackRows(oneHot)),
    report('sharp+sharpened', scores),
    report('ours', await withConsensus(with_, gallery, scores, judges)),
  ];
}
