import { readFile } from 'node:fs/promises';
import {
  CONFIDENCE_CURVES,
  confidence,
  type Matrix,
  nameStandings,
  parseNpyHeader,
  rowOf,
  stackRows,
  transpose,
} from '../../domain/index.js';
import type { MatrixProducts } from '../matrix-products.js';
import type { LogitName } from '../search-query.js';
import type { GallerySample } from './gallery-sample.js';
import type { GalleryEntry } from './journal.js';

/** Logits that are named at a time; a model may have thousands. */
const LOGITS_AT_ONCE = 256;

interface Standings {
  path: string;
  entries: readonly GalleryEntry[];
  vocabulary: Matrix;
  means: Float32Array;
  deviations: Float32Array;
}

/**
 * Names outputs from a vocabulary: the search turned round. A name's score for a logit counts by how far it stands out
 * from the same name's scores over the gallery, since some names suit nearly everything a little.
 */
export class LogitNames {
  private known: Standings | null = null;

  constructor(
    private readonly sample: GallerySample,
    private readonly products: MatrixProducts,
  ) {}

  /**
   * The best names of each descriptor, best first.
   *
   * @param path of a `.npy` file, float32, V × P: the vocabulary as queries
   * @param entries of the whole gallery; another array when they changed
   */
  async of(
    descriptors: Float32Array[],
    path: string,
    first: number,
    entries: readonly GalleryEntry[],
  ): Promise<LogitName[][]> {
    const standings = await this.standings(path, entries);
    const names: LogitName[][] = [];
    for (let start = 0; start < descriptors.length; start += LOGITS_AT_ONCE) {
      const block = descriptors.slice(start, start + LOGITS_AT_ONCE);
      const scores = await this.scores(stackRows(block), standings.vocabulary);
      for (let logit = 0; logit < block.length; logit++)
        names.push(bestNames(rowOf(scores, logit), standings, first));
    }
    return names;
  }

  /** n × V. */
  private async scores(logits: Matrix, vocabulary: Matrix): Promise<Matrix> {
    const { data, ...shape } = await this.products.project(logits, transpose(vocabulary));
    return { ...shape, data: data.map((value) => value / vocabulary.columns) };
  }

  private async standings(path: string, entries: readonly GalleryEntry[]): Promise<Standings> {
    if (this.known?.path === path && this.known.entries === entries) return this.known;
    const vocabulary = this.known?.path === path ? this.known.vocabulary : await readMatrix(path);
    const crowd = this.sample.descriptors(entries);
    const scores = transpose(await this.scores(stackRows(crowd), vocabulary));
    this.known = { path, entries, vocabulary, ...nameStandings(scores) };
    return this.known;
  }
}

function bestNames(scores: Float32Array, { means, deviations }: Standings, first: number): LogitName[] {
  const distances = scores.map((score, name) =>
    deviations[name] > 0 ? (score - means[name]) / deviations[name] : Number.NEGATIVE_INFINITY,
  );
  return [...distances.keys()]
    .sort((a, b) => distances[b] - distances[a] || a - b)
    .slice(0, first)
    .map((name) => ({
      name,
      score: scores[name],
      confidence: confidence(distances[name], { middle: 0, deviation: 1 }, CONFIDENCE_CURVES.NAME),
    }));
}

async function readMatrix(path: string): Promise<Matrix> {
  const file = await readFile(path);
  const { shape, dataOffset } = parseNpyHeader(file);
  const data = new Float32Array(Uint8Array.from(file.subarray(dataOffset)).buffer);
  return { rows: shape[0], columns: shape[1], data };
}
