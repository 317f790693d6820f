import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeDescriptors, encodePrior, type Matrix, rowOf, stackRows } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { embedConcepts, type TextEncoder } from '../../src/text/index.js';
import { type ConceptSpace, conceptRows } from '../accuracy/data/concepts.js';
import type { DescriptorGallery, GalleryLogit } from '../accuracy/data/gallery.js';
import { synonyms } from '../accuracy/data/hub.js';
import { probeFiles } from '../accuracy/data/run-zoo-model.js';
import { type ZooEntry, zooModel } from '../accuracy/data/zoo.js';
import { mean } from '../accuracy/statistics/correlation.js';
import type { Learned } from './learn.js';
import { type Seconds, type TimedRun, timeZooModel, type ZooPlan } from './time-zoo-model.js';
import { bestForConcepts, mostAlike } from './zoo-answers.js';

/** How the zoo is probed. */
export interface ZooOptions {
  plans: ZooPlan[];
  /** Runs with cached pixels, of which the median counts. */
  warmRounds: number;
}

/** One real classifier, run on all probes and by a plan. */
export interface ZooPoint extends ZooError, ZooAnswers {
  plan: ZooPlan;
  model: string;
  outputs: number;
  probes: number;
  probesRun: number;
  fullSeconds: Seconds;
  /** Choosing and completing included. */
  partialSeconds: Seconds;
  choosingMs: number;
  completingMs: number;
}

/** How near the completed descriptors are to the whole ones; means over outputs that have one. */
interface ZooError {
  expectedError: number;
  trueError: number;
  cosine: number;
}

/** What is found with them. */
interface ZooAnswers {
  /** Share of the completed descriptors whose most alike whole one, in all of the zoo, is their own output's. */
  foundItself: number;
  /** The model's labels asked for as concepts in all of the zoo; null for an undocumented model. */
  texts: TextAnswers | null;
}

/** Before the whole zoo is queried. */
type MeasuredModel = Omit<ZooPoint, keyof ZooAnswers>;

/** Shares of the texts, 0..1. */
interface TextAnswers {
  texts: number;
  /** Whose best logit is right, all models being fully probed. */
  full: number;
  /** The same, all models being completed. */
  completed: number;
  /** Whose best logit is the same in both. */
  agreed: number;
}

/** What the zoo is measured with. */
export interface ZooSetting {
  products: MatrixProducts;
  encoder: TextEncoder;
  space: ConceptSpace;
  /** Without the zoo. */
  learned: Learned;
}

const MAX_TEXTS = 200;

/**
 * Probing real classifiers with what was learned without them.
 *
 * @param folder the hub's
 * @param images of the probe set
 */
export async function measureZoo(
  folder: string,
  zoo: ZooEntry[],
  images: string[],
  setting: ZooSetting,
  { warmRounds, plans }: ZooOptions,
): Promise<ZooPoint[]> {
  const probes = probeFiles(images);
  const { prior } = setting.learned;
  const priorFolder = await mkdtemp(join(tmpdir(), 'probelog-zoo-prior-'));
  const path = join(priorFolder, 'prior');
  const logits: GalleryLogit[] = [];
  const whole: Matrix[] = [];
  const measured = plans.map((plan) => ({ plan, points: [] as MeasuredModel[], completed: [] as Matrix[] }));
  try {
    await writeFile(path, encodePrior(prior));
    for (const [place, entry] of zoo.entries()) {
      const [full, ...chosen] = await timeZooModel(folder, entry, probes, { prior, path }, plans, warmRounds);
      const truth = completeDescriptors(full.run.raw, prior);
      whole.push(truth.rows);
      for (const { wnid, label } of zooModel(folder, entry, full.run.raw.rows).logits)
        logits.push({ model: place, backbone: entry.name, wnid, names: synonyms(label) });
      for (const [n, { plan, points, completed }] of measured.entries()) {
        const guess = completeDescriptors(chosen[n].run.raw, prior);
        completed.push(guess.rows);
        points.push({ plan, model: entry.name, ...timesOf(full, chosen[n]), ...errorOf(guess, truth) });
        console.error(entry.name, JSON.stringify(points.at(-1)));
      }
    }
  } finally {
    await rm(priorFolder, { recursive: true, force: true });
  }
  const points: ZooPoint[] = [];
  for (const { points: own, completed } of measured) {
    const answers = await answersOf(setting, logits, whole, completed);
    points.push(...own.map((point, place) => ({ ...point, ...answers[place] })));
  }
  return points;
}

function timesOf(full: TimedRun, chosen: TimedRun) {
  return {
    outputs: full.run.raw.rows,
    probes: full.run.probesRun,
    probesRun: chosen.run.probesRun,
    fullSeconds: full.seconds,
    partialSeconds: chosen.seconds,
    choosingMs: chosen.run.choosingMs,
    completingMs: chosen.completingMs,
  };
}

function errorOf(
  guess: { rows: Matrix; errors: Float32Array; degenerate: Uint8Array },
  truth: { rows: Matrix; degenerate: Uint8Array },
): ZooError {
  const places = [...guess.degenerate.keys()].filter(
    (output) => guess.degenerate[output] === 0 && truth.degenerate[output] === 0,
  );
  const compared = places.map((output) => compare(rowOf(guess.rows, output), rowOf(truth.rows, output)));
  return {
    expectedError: mean(places.map((output) => guess.errors[output])),
    trueError: mean(compared.map(({ squared }) => squared)),
    cosine: mean(compared.map(({ cosine }) => cosine)),
  };
}

function compare(a: Float32Array, b: Float32Array): { squared: number; cosine: number } {
  let squared = 0;
  let product = 0;
  for (let probe = 0; probe < a.length; probe++) {
    squared += (a[probe] - b[probe]) ** 2 / a.length;
    product += a[probe] * b[probe];
  }
  return { squared, cosine: product / (Math.hypot(...a) * Math.hypot(...b)) };
}

/** Of each model, in the order in which the logits name them. */
async function answersOf(
  { products, encoder, space, learned: { basis } }: ZooSetting,
  logits: GalleryLogit[],
  wholeModels: Matrix[],
  completedModels: Matrix[],
): Promise<ZooAnswers[]> {
  const whole = oneGallery(logits, wholeModels);
  const completed = oneGallery(logits, completedModels);
  const alike = await mostAlike(products, basis, completed.rows, whole.rows);
  const labelTexts = wholeModels.map((_, model) => textsOf(logits.filter((logit) => logit.model === model)));
  const texts = [...new Set(labelTexts.flat().map(({ text }) => text))];
  const concepts = conceptRows(space, await embedConcepts(encoder, texts)).ours;
  const byWhole = await bestForConcepts(products, basis, whole, concepts);
  const byCompleted = await bestForConcepts(products, basis, completed, concepts);
  return labelTexts.map((own, model) => {
    const places = own.map(({ text }) => texts.indexOf(text));
    const isRight = (found: number[]) =>
      share(own, ({ names }, n) => logits[found[places[n]]].names.some((name) => names.includes(name)));
    const outputs = [...logits.keys()].filter((place) => logits[place].model === model);
    return {
      foundItself: share(outputs, (place) => alike[place] === place),
      texts:
        own.length === 0
          ? null
          : {
              texts: own.length,
              full: isRight(byWhole),
              completed: isRight(byCompleted),
              agreed: share(places, (place) => byWhole[place] === byCompleted[place]),
            },
    };
  });
}

function oneGallery(logits: GalleryLogit[], models: Matrix[]): DescriptorGallery {
  return { logits, rows: stackRows(models.flatMap((rows) => rowsOf(rows))) };
}

function rowsOf(matrix: Matrix): Float32Array[] {
  return Array.from({ length: matrix.rows }, (_, row) => rowOf(matrix, row));
}

/** A model's labels, each once, by the first of their names; spread evenly when there are many. */
function textsOf(logits: GalleryLogit[]): { text: string; names: string[] }[] {
  const labels = new Map(logits.flatMap(({ names }) => (names.length > 0 ? [[names[0], names]] : [])));
  const all = [...labels].map(([text, names]) => ({ text, names }));
  const step = Math.max(1, all.length / MAX_TEXTS);
  return all.filter((_, place) => Math.floor(place / step) !== Math.floor((place - 1) / step));
}

function share<T>(items: T[], isTrue: (item: T, place: number) => boolean): number {
  return items.filter(isTrue).length / items.length;
}
