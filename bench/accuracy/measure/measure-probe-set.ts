import { EVERYDAY_VOCABULARY } from '../../../src/text/index.js';
import type { Bench } from '../data/bench.js';
import { buildGallery, type ModelResponses } from '../data/gallery.js';
import { halvesOf } from '../data/halves.js';
import { probeImages, readResponses } from '../data/hub.js';
import { probeZooModel, zooLabels } from '../data/zoo.js';
import type { Report } from '../report/report.js';
import { similarAnswers } from '../statistics/judged-answers.js';
import { KINDS } from './descriptor-kinds.js';
import { measureExpectedAccuracy, type SkewedLogit, skewedLogits } from './measure-expected-accuracy.js';
import { measureLogits } from './measure-logits.js';
import { measureTexts } from './measure-texts.js';
import { nameOutputs } from './measure-undocumented.js';
import { measureZoo } from './measure-zoo.js';

/** The smaller gallery has one in so many models. */
const SMALLER = 4;

/** All rows for one probe set. @returns logits of the choosing half whose accuracy is known */
export async function measureProbeSet(
  bench: Bench,
  probeSet: string,
  report: Report,
): Promise<SkewedLogit[]> {
  const { folder, hub, products: with_ } = bench;
  const say = (what: string) => console.error(`${probeSet}: ${what}`);
  const responses = readResponses(folder, probeSet);
  const halves = {
    plain: halvesOf(hub.models, responses, false),
    softmax: halvesOf(hub.models, responses, true),
  };
  say('queries by logit');
  const names = { all: 'logit-logit', otherBackbone: 'logit-logit-other-backbone' };
  const logits = await measureLogits(with_, probeSet, halves.plain, names, true);
  say('queries by logit, every second model ends in a softmax');
  const softmaxNames = {
    all: `${names.all}-softmax-only`,
    otherBackbone: `${names.otherBackbone}-softmax-only`,
  };
  const softmax = await measureLogits(with_, probeSet, halves.softmax, softmaxNames, false);
  report.rows.push(...logits.rows, ...softmax.rows);

  say('confidence of similar logits');
  const reporting = logits.ours;
  const choosing = await buildGallery(halves.plain.choosing, KINDS.sharp, with_);
  const fewer = halves.plain.reporting.filter((_, place) => place % SMALLER === 0);
  const smaller = await buildGallery(fewer, KINDS.sharp, with_);
  bench.judged.push({
    row: 'logit-logit',
    probeSet,
    curve: 'LOGIT',
    choosing: await similarAnswers(with_, choosing),
    reporting: await similarAnswers(with_, reporting),
    unanswerable: await similarAnswers(with_, reporting, false),
    smaller: await similarAnswers(with_, smaller),
  });

  const skewed = skewedLogits(reporting);
  if (skewed) report.expectedAccuracy.push(measureExpectedAccuracy(probeSet, skewed));
  else report.missing.push('the accuracy of each logit (expected accuracy)');

  const images = probeImages(folder, probeSet);
  if (images?.length !== responses.columns) {
    report.missing.push(`probes/${probeSet} (text, image, naming and zoo rows)`);
    return skewedLogits(choosing) ?? [];
  }
  const galleries = { choosing, reporting, smaller, softmax: softmax.ours };
  const vocabulary = await measureTexts(bench, probeSet, images, halves, galleries, report);
  if (bench.withZoo && hub.zoo.length > 0) {
    say('zoo');
    const documented: ModelResponses[] = [];
    for (const entry of hub.zoo) {
      const probed = await probeZooModel(folder, entry, images);
      if (zooLabels(folder, entry)) documented.push(probed);
      else {
        const candidates = { names: EVERYDAY_VOCABULARY, ours: vocabulary.ours };
        report.undocumented.push(...(await nameOutputs(with_, probeSet, probed, reporting.rows, candidates)));
      }
    }
    report.rows.push(...(await measureZoo(with_, probeSet, documented, halves.plain, reporting)));
  }
  return skewedLogits(choosing) ?? [];
}
