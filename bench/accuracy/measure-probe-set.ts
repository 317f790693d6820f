import { CONFIDENCE_CURVES, type ConfidenceCurve, random } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { EVERYDAY_VOCABULARY } from '../../src/text/index.js';
import type { Bench } from './bench.js';
import { type Answer, answersOf, reliability } from './calibration.js';
import { type ConceptSpace, conceptRows, openConceptSpace } from './concepts.js';
import {
  type BenchGallery,
  buildGallery,
  collectDescriptors,
  logSoftmax,
  type ModelResponses,
} from './gallery.js';
import { type Hub, probeImages, readResponses, synonyms } from './hub.js';
import { measureAlignment } from './measure-alignment.js';
import { measureConcepts } from './measure-concepts.js';
import { measureExpectedAccuracy } from './measure-expected-accuracy.js';
import { drawQueries, type Halves, judges, measureLogits } from './measure-logits.js';
import { measureNaming, standingOut } from './measure-naming.js';
import { measureZoo } from './measure-zoo.js';
import { type Judge, withConsensus } from './rank.js';
import type { Report } from './report.js';
import { pick, products, type Scores } from './scores.js';
import { zooLabels } from './zoo.js';

const UNKNOWN_CONCEPTS_SEED = 7;
const CALIBRATION_QUERIES = 400;

/** All rows for one probe set. */
export async function measureProbeSet(bench: Bench, probeSet: string, report: Report): Promise<void> {
  const { folder, hub, encoder, products: with_ } = bench;
  const say = (what: string) => console.error(`${probeSet}: ${what}`);
  const halves = halvesOf(bench, probeSet, false);
  const softmaxHalves = halvesOf(bench, probeSet, true);
  say('queries by logit');
  const logits = await measureLogits(
    with_,
    probeSet,
    halves,
    { all: 'logit-logit', otherBackbone: 'logit-logit-other-backbone' },
    true,
  );
  say('queries by logit, every second model ends in a softmax');
  const softmax = await measureLogits(
    with_,
    probeSet,
    softmaxHalves,
    { all: 'logit-logit-softmax-only', otherBackbone: 'logit-logit-other-backbone-softmax-only' },
    false,
  );
  const ourChoosing = await buildGallery(halves.choosing, 'SHARP', with_);
  say('confidence of similar logits');
  calibrate(bench.choosing, report, 'logit-logit', probeSet, CONFIDENCE_CURVES.LOGIT, [
    await similarAnswers(with_, ourChoosing),
    await similarAnswers(with_, logits.ours),
  ]);

  const accuracy = measureExpectedAccuracy(probeSet, logits.ours);
  if (accuracy) report.expectedAccuracy.push(accuracy);
  else report.missing.push('the accuracy of each logit (expected accuracy)');

  const images = probeImages(folder, probeSet);
  if (images?.length !== logits.ours.rows.columns) {
    report.missing.push(`probes/${probeSet} (text, naming and zoo rows)`);
    report.rows.push(...logits.rows, ...softmax.rows);
    return;
  }
  say('concepts');
  const space = await openConceptSpace(images, encoder);
  const classes = new Map(
    hub.models.flatMap((model) => model.logits.map(({ wnid, label }) => [wnid, label] as const)),
  );
  const concepts = await conceptRows(encoder, space, [...classes.values()]);
  const wnids = [...classes.keys()];
  const text = await measureConcepts(
    with_,
    probeSet,
    halves,
    concepts,
    wnids,
    'text-logit',
    true,
    logits.ours,
  );
  const softmaxText = await measureConcepts(
    with_,
    probeSet,
    softmaxHalves,
    concepts,
    wnids,
    'text-logit-softmax-only',
    false,
    softmax.ours,
  );
  report.rows.push(...text, ...softmaxText, ...logits.rows, ...softmax.rows);

  const { embeddings, ours } = concepts;
  report.rows.push(
    ...(await measureAlignment(with_, probeSet, ourChoosing, logits.ours, { wnids, embeddings, ours })),
  );

  say('confidence of answers to concepts, half of which no model knows');
  const known = [...classes].map(([wnid, label]) => ({ wnid, label }));
  const asked = [...known, ...unknownConcepts(hub, folder, known.length)];
  const askedRows = await conceptRows(
    encoder,
    space,
    asked.map(({ label }) => label),
  );
  const conceptJudges = asked.map(
    ({ wnid }): Judge => ({ isAllowed: () => true, isRight: (candidate) => candidate.wnid === wnid }),
  );
  const conceptAnswers = async (gallery: BenchGallery) =>
    answersAfterConsensus(with_, gallery, await products(with_, askedRows.ours, gallery.rows), conceptJudges);
  calibrate(bench.choosing, report, 'text-logit', probeSet, CONFIDENCE_CURVES.CONCEPT, [
    await conceptAnswers(ourChoosing),
    await conceptAnswers(logits.ours),
  ]);

  say('naming');
  await measureNames(bench, space, probeSet, report, halves, [ourChoosing, logits.ours]);
  if (bench.withZoo && hub.zoo.length > 0) {
    say('zoo');
    report.rows.push(...(await measureZoo(bench, probeSet, images, halves.reporting)));
  }
}

function halvesOf({ folder, hub }: Bench, probeSet: string, softmaxOnly: boolean): Halves {
  const responses = readResponses(folder, probeSet);
  const { columns } = responses;
  const half = (parity: number) =>
    hub.models
      .filter((_, index) => index % 2 === parity)
      .map((model, place): ModelResponses => {
        const end = (model.firstRow + model.logits.length) * columns;
        const data = responses.data.slice(model.firstRow * columns, end);
        const raw = { rows: model.logits.length, columns, data };
        return { model, raw: softmaxOnly && place % 2 === 1 ? logSoftmax(raw) : raw };
      });
  return { choosing: half(0), reporting: half(1) };
}

async function measureNames(
  { encoder, products: with_, choosing: pool }: Bench,
  space: ConceptSpace,
  probeSet: string,
  report: Report,
  halves: Halves,
  [choosing, reporting]: [BenchGallery, BenchGallery],
): Promise<void> {
  const rows = await conceptRows(encoder, space, [...EVERYDAY_VOCABULARY]);
  const nameable = ({ logits }: BenchGallery) =>
    drawQueries({ logits }, logits.length)
      .filter((logit) => logits[logit].names.some((name) => EVERYDAY_VOCABULARY.includes(name)))
      .slice(0, CALIBRATION_QUERIES);
  const plain = collectDescriptors(halves.reporting, 'PLAIN');
  const vocabulary = { names: EVERYDAY_VOCABULARY, standardised: rows.standardised, ours: rows.ours };
  report.rows.push(
    ...(await measureNaming(
      with_,
      probeSet,
      'naming',
      reporting,
      plain.rows,
      nameable(reporting),
      vocabulary,
    )),
  );
  const answers = async (gallery: BenchGallery) => {
    const named = nameable(gallery);
    const ofAll = standingOut(await products(with_, rows.ours, gallery.rows));
    const scores: Scores = {
      rows: named.length,
      columns: EVERYDAY_VOCABULARY.length,
      data: new Float32Array(),
    };
    scores.data = Float32Array.from({ length: scores.rows * scores.columns }, (_, place) => {
      const logit = named[Math.floor(place / scores.columns)];
      return ofAll.data[(place % scores.columns) * ofAll.columns + logit];
    });
    const names = EVERYDAY_VOCABULARY.map((name) => ({ model: 0, backbone: '', wnid: name, names: [name] }));
    const nameJudges = named.map(
      (logit): Judge => ({
        isAllowed: () => true,
        isRight: ({ wnid }) => gallery.logits[logit].names.includes(wnid),
      }),
    );
    return answersOf(names, null, scores, nameJudges);
  };
  calibrate(pool, report, 'naming', probeSet, CONFIDENCE_CURVES.NAME, [
    await answers(choosing),
    await answers(reporting),
  ]);
}

async function similarAnswers(with_: MatrixProducts, gallery: BenchGallery): Promise<Answer[]> {
  const drawn = drawQueries(gallery, CALIBRATION_QUERIES);
  const scores = await products(with_, pick(gallery.index, drawn), gallery.index);
  return answersAfterConsensus(with_, gallery, scores, judges(gallery, drawn, 'model'));
}

async function answersAfterConsensus(
  with_: MatrixProducts,
  gallery: BenchGallery,
  scores: Scores,
  judged: Judge[],
): Promise<Answer[]> {
  return answersOf(gallery.logits, scores, await withConsensus(with_, gallery, scores, judged), judged);
}

function calibrate(
  pool: Map<string, Answer[]>,
  report: Report,
  row: string,
  probeSet: string,
  curve: ConfidenceCurve,
  [choosing, reporting]: [Answer[], Answer[]],
): void {
  pool.set(row, [...(pool.get(row) ?? []), ...choosing]);
  report.calibration.push({ row, probeSet, ...reliability(reporting, curve) });
}

/** Concepts of which no model of the hub has a class: names of the zoo's classes, or of the vocabulary. */
function unknownConcepts(hub: Hub, folder: string, count: number): { wnid: string; label: string }[] {
  const known = new Set(hub.models.flatMap(({ logits }) => logits.flatMap(({ label }) => synonyms(label))));
  const labels = hub.zoo.flatMap((entry) => zooLabels(folder, entry) ?? []);
  const names = [...new Set(labels.length > 0 ? labels : EVERYDAY_VOCABULARY)].filter(
    (label) => label !== 'background' && !synonyms(label).some((name) => known.has(name)),
  );
  const next = random(UNKNOWN_CONCEPTS_SEED);
  const drawn: { wnid: string; label: string }[] = [];
  while (drawn.length < count && names.length > 0) {
    const [label] = names.splice(Math.floor(next() * names.length), 1);
    drawn.push({ wnid: `unknown: ${label}`, label: label.split(',')[0] });
  }
  return drawn;
}
