import { random } from '../../src/domain/index.js';
import type { BenchGallery } from './gallery.js';
import {
  ourConceptScores,
  ourLogitScores,
  paperConceptScores,
  paperLogitScores,
  type Scores,
} from './methods.js';
import { type Figures, figures, firstRightRank } from './metrics.js';

const LOGIT_QUERIES = 400;
const QUERY_SEED = 400;
export const SWEEP = [1, 2, 3, 5, 8, 20, 50, 100, 200, 500, 1_000];

/** One row of the table. */
export interface Row extends Figures {
  row: string;
  probeSet: string;
  method: 'paper' | 'ours';
  /** The paper's k, chosen on the other half; null for ours, which has none. */
  k: number | null;
}

/** Figures of logit queries, against the logits of other models and of models on another backbone. */
export interface LogitFigures {
  all: Figures;
  otherBackbone: Figures;
}

/** Draws the queries of a gallery; the same for the same gallery. */
export function drawQueries({ logits }: BenchGallery, count = LOGIT_QUERIES): number[] {
  const next = random(QUERY_SEED);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, logits.length)) chosen.add(Math.floor(next() * logits.length));
  return [...chosen];
}

export function measureLogits(
  { logits }: BenchGallery,
  queries: number[],
  scoresOf: (query: number) => Scores,
): LogitFigures {
  const all: (number | null)[] = [];
  const otherBackbone: (number | null)[] = [];
  for (const query of queries) {
    const { model, backbone, wnid } = logits[query];
    const scores = scoresOf(query);
    const isRight = (candidate: number) => logits[candidate].wnid === wnid;
    all.push(firstRightRank(scores, (candidate) => logits[candidate].model !== model, isRight));
    otherBackbone.push(
      firstRightRank(scores, (candidate) => logits[candidate].backbone !== backbone, isRight),
    );
  }
  return { all: figures(all), otherBackbone: figures(otherBackbone) };
}

/** A class to be asked for by its name. */
export interface ConceptQuery {
  wnid: string;
  cosines: Float32Array;
}

export function measureConcepts(
  { logits }: BenchGallery,
  queries: ConceptQuery[],
  scoresOf: (cosines: Float32Array) => Scores,
): Figures {
  return figures(
    queries.map(({ wnid, cosines }) =>
      firstRightRank(
        scoresOf(cosines),
        () => true,
        (candidate) => logits[candidate].wnid === wnid,
      ),
    ),
  );
}

/** The rows of logit queries for one probe set: k is chosen on one half, everything reported on the other. */
export function logitRows(
  probeSet: string,
  choosing: BenchGallery,
  reporting: BenchGallery,
  names: { all: string; otherBackbone: string | null },
): Row[] {
  const draws = drawQueries(choosing, LOGIT_QUERIES / 2);
  const sweep = SWEEP.map((k) => ({
    k,
    ...measureLogits(choosing, draws, (query) => paperLogitScores(choosing, query, k)),
  }));
  const bestK = (of: keyof LogitFigures) => sweep.reduce((a, b) => (b[of].top1 > a[of].top1 ? b : a)).k;
  const queries = drawQueries(reporting);
  const ours = measureLogits(reporting, queries, (query) => ourLogitScores(reporting, query));
  const rows: Row[] = [];
  for (const of of ['all', 'otherBackbone'] as const) {
    const row = names[of];
    if (row === null) continue;
    const k = bestK(of);
    const paper = measureLogits(reporting, queries, (query) => paperLogitScores(reporting, query, k));
    rows.push(
      { row, probeSet, method: 'paper', k, ...paper[of] },
      { row, probeSet, method: 'ours', k: null, ...ours[of] },
    );
  }
  return rows;
}

/** The rows of concept queries for one probe set. */
export function conceptRows(
  row: string,
  probeSet: string,
  choosing: BenchGallery,
  reporting: BenchGallery,
  queries: ConceptQuery[],
): Row[] {
  const sweep = SWEEP.map((k) => ({
    k,
    figures: measureConcepts(choosing, queries, (cosines) => paperConceptScores(choosing, cosines, k)),
  }));
  const { k } = sweep.reduce((a, b) => (b.figures.top1 > a.figures.top1 ? b : a));
  const paper = measureConcepts(reporting, queries, (cosines) => paperConceptScores(reporting, cosines, k));
  const ours = measureConcepts(reporting, queries, (cosines) => ourConceptScores(reporting, cosines));
  return [
    { row, probeSet, method: 'paper', k, ...paper },
    { row, probeSet, method: 'ours', k: null, ...ours },
  ];
}
