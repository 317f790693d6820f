import { EVERYDAY_VOCABULARY } from '../../../src/text/index.js';
import type { Bench } from '../data/bench.js';
import { type ConceptRows, type ConceptSpace, conceptRows } from '../data/concepts.js';
import { type BenchGallery, collectDescriptors, type ModelResponses } from '../data/gallery.js';
import type { Report } from '../report/report.js';
import { nameAnswers } from '../statistics/judged-answers.js';
import { figures } from '../statistics/metrics.js';
import { products } from '../statistics/scores.js';
import { KINDS } from './descriptor-kinds.js';
import { drawQueries, type Halves } from './measure-logits.js';
import { measureNaming, type NamingTask, nameRanks, standingOut } from './measure-naming.js';

const QUERIES = 400;
const NAMES = EVERYDAY_VOCABULARY;

/** Naming rows, with their confidence; and naming before a background without the hub's own class names. */
export async function measureNames(
  bench: Bench,
  probeSet: string,
  halves: Halves,
  galleries: { choosing: BenchGallery; reporting: BenchGallery },
  spaces: { whole: ConceptSpace; withoutClassNames: ConceptSpace },
  report: Report,
): Promise<ConceptRows> {
  const { products: with_ } = bench;
  const rows = conceptRows(spaces.whole, bench.vocabulary);
  const task = (gallery: BenchGallery, models: ModelResponses[]): NamingTask => ({
    gallery,
    plain: collectDescriptors(models, KINDS.plain).rows,
    queries: nameable(gallery),
  });
  const choosing = task(galleries.choosing, halves.choosing);
  const reporting = task(galleries.reporting, halves.reporting);
  const { standardized, ours } = rows;
  report.rows.push(
    ...(await measureNaming(with_, probeSet, choosing, reporting, { names: NAMES, standardized, ours })),
  );
  const without = conceptRows(spaces.withoutClassNames, bench.vocabulary).ours;
  const scores = standingOut(await products(with_, without, reporting.gallery.rows));
  report.rows.push({
    row: 'naming',
    probeSet,
    method: 'ours-without-class-names-in-vocabulary',
    k: null,
    ...figures(nameRanks(reporting, NAMES, scores)),
  });
  bench.judged.push({
    row: 'naming',
    probeSet,
    curve: 'NAME',
    choosing: await nameAnswers(with_, galleries.choosing, choosing.queries, NAMES, ours),
    reporting: await nameAnswers(with_, galleries.reporting, reporting.queries, NAMES, ours),
    unanswerable: [],
    smaller: [],
  });
  return rows;
}

function nameable({ logits }: BenchGallery): number[] {
  return drawQueries({ logits }, logits.length)
    .filter((logit) => logits[logit].names.some((name) => NAMES.includes(name)))
    .slice(0, QUERIES);
}
