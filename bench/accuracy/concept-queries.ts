import type { Matrix } from '../../src/domain/index.js';
import { conceptCosines, type TextEncoder } from '../../src/text/index.js';
import type { HubModel } from './hub.js';
import type { ConceptQuery } from './rows.js';

const IMAGES_AT_ONCE = 16;

/** The classes of the hub as concepts: cosines of each class name with each probe image. */
export async function conceptQueries(
  models: HubModel[],
  images: string[],
  encoder: TextEncoder,
): Promise<ConceptQuery[]> {
  const embeddings = await embed(images, encoder);
  const classes = new Map(
    models.flatMap(({ logits }) => logits.map(({ wnid, label }) => [wnid, label] as const)),
  );
  const queries: ConceptQuery[] = [];
  for (const [wnid, label] of classes) {
    queries.push({ wnid, cosines: await conceptCosines(encoder, label, embeddings) });
  }
  return queries;
}

async function embed(images: string[], encoder: TextEncoder): Promise<Matrix> {
  const rows: Float32Array[] = [];
  while (rows.length < images.length) {
    rows.push(...(await encoder.embedImages(images.slice(rows.length, rows.length + IMAGES_AT_ONCE))));
  }
  const data = new Float32Array(rows.length * rows[0].length);
  for (const [index, row] of rows.entries()) data.set(row, index * row.length);
  return { rows: rows.length, columns: rows[0].length, data };
}
