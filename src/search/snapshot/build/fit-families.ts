import {
  type Basis,
  concatenated,
  dOptimalProbes,
  dot,
  evenlySpaced,
  familyCenters,
  fitBasis,
  leadingColumns,
  type Matrix,
  modelSignature,
  nearestFamily,
  type PriorFamily,
  type PriorShape,
  rowOf,
} from '../../../domain/index.js';
import type { MatrixProducts } from '../../matrix-products.js';
import { blockwiseGram } from './blockwise-gram.js';

/** Leading directions by which models are compared. */
const SIGNATURE_DIRECTIONS = 60;
/** Models that are clustered; the others join the nearest family. */
const MODELS_FOR_CENTERS = 1_000;
const MAX_FAMILIES = 12;
/** One family per this many logits, at most {@link MAX_FAMILIES}; smaller families belong to the whole gallery. */
const LOGITS_PER_FAMILY = 600;
const MIN_LOGITS = 300;
const MAX_FAMILY_ROWS = 8_000;
const LOGITS_PER_DIRECTION = 3;
const MIN_NOISE = 1e-3;
/** Length of the D-optimal order; later probes are chosen per model. */
const MAX_ORDERED = 400;
const BLOCK_ROWS = 2_048;
/** 160 MB of a family's rows: all rows at 4,000 probes, fewer with more probes. */
const MAX_CACHED_VALUES = 40_000_000;
const SEED = 1_502;

/** The fully probed models that a prior is fitted to. */
export interface PriorTask {
  basis: Basis;
  /** Rows of each fully probed model. */
  models: Uint32Array[];
  /** Standardized responses of chosen rows. */
  read(rows: Uint32Array): Matrix;
  products: MatrixProducts;
}

/** The same, with the shape that cross-validation chose. */
export interface FamiliesTask extends PriorTask {
  shape: PriorShape;
}

/** A family without its probe order. */
export type FittedFamily = Omit<PriorFamily, 'order'>;

/** Fits the families of a gallery; the first is the whole gallery. */
export async function fitFamilies(task: FamiliesTask): Promise<FittedFamily[]> {
  const { basis, models } = task;
  const all = evenlySpaced(concatenated(models), MAX_FAMILY_ROWS);
  const families = [await fitFamily(task, all, Math.min(basis.rank, task.shape.directions))];
  for (const members of await groupByFamily(task)) {
    const rows = concatenated(members);
    if (rows.length >= MIN_LOGITS)
      families.push(await fitFamily(task, evenlySpaced(rows, MAX_FAMILY_ROWS), task.shape.directions));
  }
  return families.map((family) => withRidge(family, task.shape.ridge));
}

/**
 * Shrinks the family's covariance toward its diagonal: `(1 − λ) K + λ diag(K)`. Part of what its models share is due to
 * chance; held-out models show how much. Each probe keeps its variance.
 */
export function withRidge({ factor, noise }: FittedFamily, ridge: number): FittedFamily {
  return {
    factor: { ...factor, data: factor.data.map((value) => value * Math.sqrt(1 - ridge)) },
    noise: noise.map((variance, probe) => variance + ridge * squaredLength(rowOf(factor, probe))),
  };
}

/**
 * Gives each family the probe order of the whole gallery. A family's own order is no better, since it overfits the
 * family's models.
 */
export function withProbeOrder(families: readonly FittedFamily[]): PriorFamily[] {
  const order = dOptimalProbes(families[0], MAX_ORDERED);
  return families.map((family) => ({ ...family, order }));
}

async function groupByFamily({ basis, models, read, products }: FamiliesTask): Promise<Uint32Array[][]> {
  const logits = models.reduce((sum, { length }) => sum + length, 0);
  const count = Math.min(MAX_FAMILIES, Math.floor(logits / LOGITS_PER_FAMILY));
  if (count < 2) return [];
  const directions = whitenedDirections(basis);
  const signatureOf = async (rows: Uint32Array) =>
    modelSignature(await products.project(read(rows), directions));
  const step = Math.max(1, models.length / MODELS_FOR_CENTERS);
  const signatures = new Map<Uint32Array, Float32Array>();
  for (let place = 0; place < models.length; place += step) {
    const rows = models[Math.floor(place)];
    signatures.set(rows, await signatureOf(rows));
  }
  const centers = familyCenters([...signatures.values()], count);
  const groups: Uint32Array[][] = centers.map(() => []);
  for (const rows of models) {
    const signature = signatures.get(rows) ?? (await signatureOf(rows));
    groups[nearestFamily(signature, centers)].push(rows);
  }
  return groups;
}

/** The leading directions, scaled to variance 1. */
function whitenedDirections({ probes, rank, vectors, eigenvalues }: Basis): Matrix {
  const data = vectors.map((value, place) => value / Math.sqrt(eigenvalues[place % rank]));
  return leadingColumns({ rows: probes, columns: rank, data }, Math.min(SIGNATURE_DIRECTIONS, rank));
}

async function fitFamily(task: FamiliesTask, rows: Uint32Array, directions: number): Promise<FittedFamily> {
  const { basis, products } = task;
  const read = cachedReader(task.read);
  const { probes, rank, vectors, eigenvalues } = await fitBasis({
    probes: basis.probes,
    rank: Math.min(directions, Math.floor(rows.length / LOGITS_PER_DIRECTION)),
    seed: SEED,
    version: basis.version,
    multiply: blockwiseGram(products, read, rows, BLOCK_ROWS),
    product: products.project,
  });
  const data = vectors.map((value, place) => value * Math.sqrt(eigenvalues[place % rank]));
  const factor: Matrix = { rows: probes, columns: rank, data };
  const squares = new Float64Array(probes);
  for (let first = 0; first < rows.length; first += BLOCK_ROWS) {
    const block = read(rows.subarray(first, first + BLOCK_ROWS));
    for (let start = 0; start < block.data.length; start += probes)
      for (let probe = 0; probe < probes; probe++)
        squares[probe] += block.data[start + probe] ** 2 / rows.length;
  }
  const noise = Float32Array.from(squares, (total, probe) =>
    Math.max(MIN_NOISE, total - squaredLength(rowOf(factor, probe))),
  );
  return { factor, noise };
}

function squaredLength(vector: Float32Array): number {
  return dot(vector, vector);
}

/**
 * Caches blocks of rows, up to {@link MAX_CACHED_VALUES}: undoing the sharpening costs a logarithm per value.
 */
function cachedReader(read: PriorTask['read']): PriorTask['read'] {
  const cache = new Map<number, Matrix>();
  let values = 0;
  return (rows) => {
    const cached = cache.get(rows[0]);
    if (cached?.rows === rows.length) return cached;
    const block = read(rows);
    if (values + block.data.length <= MAX_CACHED_VALUES) {
      cache.set(rows[0], block);
      values += block.data.length;
    }
    return block;
  };
}
