import {
  type AnswerSignals,
  bestNameMatch,
  CONSENSUS_CANDIDATES,
  consensusScores,
  JUDGED_RESULTS,
  type Matrix,
  matchOf,
  rowOf,
  type ScoreSpread,
  scoreSpread,
  strongestResponses,
} from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { BenchGallery } from '../data/gallery.js';
import { best } from '../statistics/rank.js';
import { pick, products } from '../statistics/scores.js';
import type { Presence, Question } from './questions.js';

/** Results of a page. */
const RESULTS = 10;
/** As the product samples: `src/search/gallery/gallery-sample.ts`. */
const SAMPLED = 1_024;

/** What a gallery says to a question. */
export interface AskedQuestion {
  presence: Presence;
  signals: AnswerSignals;
  spread: ScoreSpread;
  /** Consensus scores of the first results, and whether each is right. */
  results: { score: number; right: boolean }[];
}

/**
 * Asks a gallery questions as the product does, with the outputs for an absent class taken out.
 *
 * @param names P × V: the vocabulary as queries, each divided by P
 */
export async function askGallery(
  with_: MatrixProducts,
  { logits, rows, index }: BenchGallery,
  questions: Question[],
  names: Matrix,
): Promise<AskedQuestion[]> {
  const queries = {
    rows: questions.length,
    columns: rows.columns,
    data: new Float32Array(questions.length * rows.columns),
  };
  for (const [place, { weights }] of questions.entries())
    rowOf(queries, place).set(weights.map((weight) => weight / rows.columns));
  const scores = await products(with_, queries, rows);
  const asked: AskedQuestion[] = [];
  for (const [place, { presence, weights, shown, isRight }] of questions.entries()) {
    const values = rowOf(scores, place);
    const right = logits.map(isRight);
    const allowed = (candidate: number) => presence !== 'ABSENT' || !right[candidate];
    if (presence !== 'UNKNOWN' && presence !== 'OFF_TOPIC' && !right.includes(true)) continue;
    const spread = scoreSpread(sampled(values, allowed));
    const head = best(values, CONSENSUS_CANDIDATES, allowed);
    const vectors = pick(index, head);
    const agreed = consensusScores(
      head.map((candidate) => values[candidate]),
      await products(with_, vectors, vectors),
      head.map((candidate) => logits[candidate].model),
    );
    const order = [...head.keys()].sort((a, b) => agreed[b] - agreed[a]);
    const strongest = strongestResponses(order.slice(0, JUDGED_RESULTS).map((at) => rowOf(rows, head[at])));
    const match = matchOf(strongest, weights);
    asked.push({
      presence,
      signals: { score: agreed[order[0]], match, naming: match - bestNameMatch(strongest, names), shown },
      spread,
      results: order
        .slice(0, RESULTS)
        .map((at) => ({ score: agreed[at], right: presence !== 'ABSENT' && right[head[at]] })),
    });
  }
  return asked;
}

/** Scores of a sample of the allowed logits. */
function sampled(values: Float32Array, allowed: (candidate: number) => boolean): number[] {
  const candidates = [...values.keys()].filter(allowed);
  const step = Math.max(1, candidates.length / SAMPLED);
  const drawn: number[] = [];
  for (const [place, candidate] of candidates.entries())
    if (place >= drawn.length * step) drawn.push(values[candidate]);
  return drawn;
}
