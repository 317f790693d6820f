import {
  type Matrix,
  multiply,
  orderStatistics,
  random,
  stackRows,
  transpose,
  unitRows,
} from '../../domain/index.js';
import type { TextEncoder } from '../encoder/text-encoder.js';
import { EVERYDAY_VOCABULARY } from '../vocabulary/everyday-vocabulary.js';
import { embedConcepts } from './embed-concepts.js';

const MAX_WORDS = 400;
const BATCH_IMAGES = 16;
/** Random turns that the words are compared with. */
const TURNS = 8;
const SEED = 11;
/** Related towers are above: the demo's encoder has 2.1, and towers of two encoders have 1.0. */
const MIN_RELATION = 1.25;

/** How well an encoder's texts and images go together. */
export interface EncoderCheck {
  id: string;
  dimensions: number;
  words: number;
  images: number;
  /** Cosines of words with images: the 5th, 50th and 95th of a hundred. */
  cosines: { low: number; middle: number; high: number };
  /** Mean cosine of two different words, and of two different images: near 1 when a tower cannot tell its inputs apart. */
  betweenWords: number;
  betweenImages: number;
  /** How far apart the cosines of words with images are, as a multiple of what they are by chance. 1: they are not related. */
  relation: number;
  isRelated: boolean;
}

/**
 * Checks an encoder without knowing what images show. The cosines of words with images vary; if all words are turned by the same random
 * rotation, which keeps them as alike as they were but takes them out of the images' space, the cosines vary as they do by chance.
 * An encoder's own vary more, because its words lie in the directions in which images differ. Both are centered first: in CLIP's
 * space, texts and images are two separate clouds (Liang et al. 2022).
 *
 * @param paths of at least two image files
 * @throws ProbelogError TEXT_ENCODER_UNAVAILABLE
 */
export async function checkEncoder(
  encoder: TextEncoder,
  paths: readonly string[],
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<EncoderCheck> {
  const words = everyNth(EVERYDAY_VOCABULARY, MAX_WORDS);
  const texts = await embedConcepts(encoder, words);
  const rows: Float32Array[] = [];
  while (rows.length < paths.length) {
    rows.push(...(await encoder.embedImages(paths.slice(rows.length, rows.length + BATCH_IMAGES))));
    onProgress(rows.length, paths.length);
  }
  const images = stackRows(rows);
  const { data } = multiply(images, transpose(texts));
  const places = [0.05, 0.5, 0.95].map((share) => Math.floor(share * (data.length - 1)));
  const [low, middle, high] = orderStatistics(data, places);
  const relation = relationOf(centered(texts), centered(images));
  return {
    id: await encoder.id(),
    dimensions: texts.columns,
    words: words.length,
    images: images.rows,
    cosines: { low, middle, high },
    betweenWords: meanCosine(texts),
    betweenImages: meanCosine(images),
    relation,
    isRelated: relation >= MIN_RELATION,
  };
}

/** At most `max` of some items, each as far from the one before. */
export function everyNth<Item>(items: readonly Item[], max: number): Item[] {
  const step = Math.max(1, Math.floor(items.length / max));
  return items.filter((_, place) => place % step === 0).slice(0, max);
}

function relationOf(texts: Matrix, images: Matrix): number {
  const next = random(SEED);
  const own = rootMeanSquare(multiply(images, transpose(texts)).data);
  let turned = 0;
  for (let turn = 0; turn < TURNS; turn++)
    turned += rootMeanSquare(multiply(images, transpose(randomlyTurned(texts, next))).data) / TURNS;
  return own / turned;
}

/** Rows whose axes are exchanged and mirrored at random, all in the same way. */
function randomlyTurned({ rows, columns, data }: Matrix, next: () => number): Matrix {
  const axes = Array.from({ length: columns }, (_, axis) => ({
    axis,
    order: next(),
    sign: next() < 0.5 ? -1 : 1,
  }));
  axes.sort((a, b) => a.order - b.order);
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (const [place, { axis, sign }] of axes.entries())
      turned[row * columns + place] = sign * data[row * columns + axis];
  return { rows, columns, data: turned };
}

/** Rows less their mean, of length 1. */
function centered({ rows, columns, data }: Matrix): Matrix {
  const mean = sumOfRows({ rows, columns, data }).map((sum) => sum / rows);
  const moved = data.map((value, place) => value - mean[place % columns]);
  return unitRows({ rows, columns, data: moved });
}

/** Mean cosine of two different rows of length 1: from the length of their sum. */
function meanCosine(matrix: Matrix): number {
  const { rows } = matrix;
  const square = sumOfRows(matrix).reduce((total, value) => total + value ** 2, 0);
  return (square - rows) / (rows * (rows - 1));
}

function sumOfRows({ columns, data }: Matrix): Float64Array {
  const sum = new Float64Array(columns);
  for (let place = 0; place < data.length; place++) sum[place % columns] += data[place];
  return sum;
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}
