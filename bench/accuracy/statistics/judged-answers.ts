import { type Matrix, rowOf } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { BenchGallery } from '../data/gallery.js';
import { drawQueries, judges } from '../measure/measure-logits.js';
import { standingOut } from '../measure/measure-naming.js';
import { type Answer, answersOf } from './answers.js';
import { type Judge, withConsensus } from './rank.js';
import { pick, products, type Scores } from './scores.js';

const QUERIES = 400;

/** Answers of other models to a gallery's own logits. @param known false to take every right answer away */
export async function similarAnswers(
  with_: MatrixProducts,
  gallery: BenchGallery,
  known = true,
): Promise<Answer[]> {
  const drawn = drawQueries(gallery, QUERIES);
  const scores = await products(with_, pick(gallery.index, drawn), gallery.index);
  const judged = judges(gallery, drawn, 'model').map(
    ({ isAllowed, isRight }): Judge => ({
      isAllowed: (candidate) => isAllowed(candidate) && (known || !isRight(candidate)),
      isRight,
    }),
  );
  return answersOf(gallery.logits, scores, await withConsensus(with_, gallery, scores, judged), judged);
}

/** Names for some logits of a gallery. @param ours the names as rows of queries */
export async function nameAnswers(
  with_: MatrixProducts,
  gallery: BenchGallery,
  named: number[],
  names: readonly string[],
  ours: Matrix,
): Promise<Answer[]> {
  const ofAll = standingOut(await products(with_, ours, gallery.rows));
  const data = new Float32Array(named.length * names.length);
  const scores: Scores = { rows: named.length, columns: names.length, data };
  for (const [query, logit] of named.entries())
    for (let name = 0; name < names.length; name++) rowOf(scores, query)[name] = rowOf(ofAll, name)[logit];
  const candidates = names.map((name, model) => ({ model, backbone: '', wnid: name, names: [name] }));
  const judged = named.map(
    (logit): Judge => ({
      isAllowed: () => true,
      isRight: ({ wnid }) => gallery.logits[logit].names.includes(wnid),
    }),
  );
  return answersOf(candidates, null, scores, judged);
}
