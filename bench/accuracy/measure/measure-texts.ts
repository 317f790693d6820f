import { EVERYDAY_VOCABULARY, embedConcepts } from '../../../src/text/index.js';
import type { Bench } from '../data/bench.js';
import { type ConceptRows, conceptRows, openConceptSpace, withBackground } from '../data/concepts.js';
import type { BenchGallery } from '../data/gallery.js';
import { synonyms } from '../data/hub.js';
import { TWELVE_PROMPTS } from '../data/prompts.js';
import { queryImages } from '../data/query-images.js';
import type { Report } from '../report/report.js';
import { figures } from '../statistics/metrics.js';
import { type Judge, ranks, withConsensus } from '../statistics/rank.js';
import { pick, products } from '../statistics/scores.js';
import { measureAlignment } from './measure-alignment.js';
import { measureChoice } from './measure-choice.js';
import { measureConcepts } from './measure-concepts.js';
import { measureImages } from './measure-images.js';
import type { Halves } from './measure-logits.js';
import { measureNames } from './measure-names.js';

/** Galleries under the product's descriptors. */
export interface Galleries {
  choosing: BenchGallery;
  reporting: BenchGallery;
  /** Of a quarter of the reporting models. */
  smaller: BenchGallery;
  /** The reporting models, every second of which ends in a softmax. */
  softmax: BenchGallery;
}

/** All rows that need the probes' images. @returns the vocabulary as rows of queries */
export async function measureTexts(
  bench: Bench,
  probeSet: string,
  images: string[],
  halves: { plain: Halves; softmax: Halves },
  galleries: Galleries,
  report: Report,
): Promise<ConceptRows> {
  const { folder, hub, encoder, products: with_ } = bench;
  const { reporting } = galleries;
  const say = (what: string) => console.error(`${probeSet}: ${what}`);
  say('concepts');
  const space = await openConceptSpace(images, encoder, bench.vocabulary);
  const classes = new Map(hub.models.flatMap(({ logits }) => logits.map(({ wnid, label }) => [wnid, label])));
  const wnids = [...classes.keys()];
  const labels = [...classes.values()];
  const concepts = conceptRows(space, await embedConcepts(encoder, labels));
  const judges = wnids.map(judgeOf);
  report.rows.push(
    ...(await measureConcepts(
      with_,
      probeSet,
      halves.plain,
      concepts,
      judges,
      'text-logit',
      true,
      reporting,
    )),
  );
  const withoutClassNames = withBackground(space, otherThan(labels, bench));
  const twelve = await embedConcepts(encoder, labels, TWELVE_PROMPTS);
  const variants = {
    'sharp+contrast+regression+12-prompts': { rows: conceptRows(space, twelve), agree: false },
    'ours-without-class-names-in-vocabulary': {
      rows: conceptRows(withoutClassNames, concepts.embeddings),
      agree: true,
    },
  };
  for (const [method, { rows, agree }] of Object.entries(variants)) {
    const scores = await products(with_, rows.ours, reporting.rows);
    const final = agree ? await withConsensus(with_, reporting, scores, judges) : scores;
    report.rows.push({
      row: 'text-logit',
      probeSet,
      method,
      k: null,
      ...figures(ranks(reporting, final, judges)),
    });
  }
  const { softmax } = halves;
  report.rows.push(
    ...(await measureConcepts(
      with_,
      probeSet,
      softmax,
      concepts,
      judges,
      'text-logit-softmax-only',
      false,
      galleries.softmax,
    )),
    ...(await measureAlignment(with_, probeSet, galleries.choosing, reporting, { wnids, ...concepts })),
  );
  say('pictures');
  for (const images of queryImages(folder, hub)) {
    if (images.from === probeSet) continue;
    report.rows.push(...(await measureImages(bench, probeSet, images, space.images, reporting)));
  }
  say('naming');
  const names = await measureNames(
    bench,
    probeSet,
    halves.plain,
    galleries,
    { whole: space, withoutClassNames },
    report,
  );
  if (bench.withChoice) {
    say('constants');
    const { choosing } = halves.plain;
    report.choice.push(
      ...(await measureChoice(with_, probeSet, choosing, galleries.choosing, concepts.ours, judges)),
    );
  }
  return names;
}

function judgeOf(wnid: string): Judge {
  return { isAllowed: () => true, isRight: (candidate) => candidate.wnid === wnid };
}

/** The vocabulary's embeddings without those of names that some labels have. */
function otherThan(labels: string[], { vocabulary }: Bench) {
  const names = new Set(labels.flatMap(synonyms));
  const places = EVERYDAY_VOCABULARY.flatMap((name, place) => (names.has(name.toLowerCase()) ? [] : [place]));
  return pick(vocabulary, places);
}
