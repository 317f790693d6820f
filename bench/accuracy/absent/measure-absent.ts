import { ANSWER_CURVES, type AnswerCurve, transpose } from '../../../src/domain/index.js';
import type { Bench } from '../data/bench.js';
import { openConceptSpace } from '../data/concepts.js';
import { buildGallery } from '../data/gallery.js';
import { halvesOf } from '../data/halves.js';
import { probeImages, readResponses } from '../data/hub.js';
import { KINDS } from '../measure/descriptor-kinds.js';
import { type AbsentRow, absentFigures } from './absent-figures.js';
import { type AskedQuestion, askGallery } from './ask-gallery.js';
import { fitAnswerCurve } from './fit-answer-curve.js';
import { type Half, imageQuestions, textQuestions } from './questions.js';

/** The smaller gallery has one in so many models. */
const SMALLER = 4;

/** What a gallery of each size says. */
interface AskedHalf {
  whole: AskedQuestion[];
  quarter: AskedQuestion[];
}

/** Text or image, in one probe set. */
interface Asked {
  row: 'text-logit-absent' | 'image-logit-absent';
  probeSet: string;
  choosing: AskedHalf;
  reporting: AskedHalf;
}

/** A shipped curve beside the one that the even models would choose. */
export interface FittedAnswerCurve {
  curve: keyof typeof ANSWER_CURVES;
  shipped: AnswerCurve;
  fitted: AnswerCurve;
}

/** How honest galleries are, and the curves that the even models would choose. */
interface AbsentReport {
  absent: AbsentRow[];
  answerCurves: FittedAnswerCurve[];
  missing: string[];
}

/** Asks about what galleries know, and what they do not, with all probe sets. */
export async function measureAbsent(bench: Bench): Promise<AbsentReport> {
  const { folder, hub } = bench;
  const measured: Asked[] = [];
  const missing: string[] = [];
  for (const probeSet of hub.models.length > 0 ? hub.probeSets : []) {
    const images = probeImages(folder, probeSet);
    if (!images) missing.push(`probes/${probeSet} (absent rows)`);
    else measured.push(...(await measureProbeSet(bench, probeSet, images)));
  }
  return { absent: measured.flatMap(rowsOf), answerCurves: curvesOf(measured), missing };
}

async function measureProbeSet(bench: Bench, probeSet: string, images: string[]): Promise<Asked[]> {
  const { folder, hub, encoder, products, vocabulary } = bench;
  console.error(`${probeSet}: what no model knows`);
  const space = await openConceptSpace(images, encoder, vocabulary);
  const names = transpose(space.background.vocabulary);
  for (let place = 0; place < names.data.length; place++) names.data[place] /= names.rows;
  const halves = halvesOf(hub.models, readResponses(folder, probeSet), false);
  const texts: Record<Half, AskedHalf | null> = { choosing: null, reporting: null };
  const photos: Record<Half, AskedHalf | null> = { choosing: null, reporting: null };
  for (const half of ['choosing', 'reporting'] as const) {
    const questions = {
      text: await textQuestions(bench, space, half),
      image: await imageQuestions(bench, probeSet, space, half),
    };
    const whole = await buildGallery(halves[half], KINDS.sharp, products);
    const fewer = halves[half].filter((_, place) => place % SMALLER === 0);
    const quarter = await buildGallery(fewer, KINDS.sharp, products);
    const ask = async (asked: typeof questions.text): Promise<AskedHalf> => ({
      whole: await askGallery(products, whole, asked, names),
      quarter: await askGallery(products, quarter, asked, names),
    });
    texts[half] = await ask(questions.text);
    photos[half] = await ask(questions.image);
  }
  const asked: Asked[] = [];
  for (const [row, { choosing, reporting }] of [
    ['text-logit-absent', texts],
    ['image-logit-absent', photos],
  ] as const)
    if (choosing && reporting && reporting.whole.some(({ presence }) => presence === 'PRESENT'))
      asked.push({ row, probeSet, choosing, reporting });
  return asked;
}

function rowsOf({ row, probeSet, reporting: { whole, quarter } }: Asked): AbsentRow[] {
  return [
    absentFigures(row, probeSet, whole),
    { ...absentFigures(row, probeSet, quarter), row: `${row}-quarter` },
  ];
}

function curvesOf(measured: Asked[]): AbsentReport['answerCurves'] {
  return (['TEXT', 'IMAGE'] as const).flatMap((curve) => {
    const row = curve === 'TEXT' ? 'text-logit-absent' : 'image-logit-absent';
    const galleries = measured
      .filter((asked) => asked.row === row)
      .flatMap(({ choosing: { whole, quarter } }) => [whole, quarter]);
    return galleries.length > 0
      ? [{ curve, shipped: ANSWER_CURVES[curve], fitted: fitAnswerCurve(galleries, ANSWER_CURVES[curve]) }]
      : [];
  });
}
