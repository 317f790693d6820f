import {
  type Basis,
  basisRank,
  concatenated,
  dot,
  evenlySpaced,
  fitBasis,
  indexRank,
  leadingDirections,
  type Matrix,
  random,
  rowOf,
  whiteningMatrix,
} from '../../../domain/index.js';
import type { MatrixProducts } from '../../matrix-products.js';
import type { BasisFit } from '../snapshot.js';
import { blockwiseGram } from './blockwise-gram.js';

/** More rows do not improve a basis. */
const SAMPLE_ROWS = 20_000;
/** Rows that tell how much a basis leaves out. */
const MEASURED_ROWS = 2_000;
const BLOCK_ROWS = 4_096;
/** Every fifth model is held out to measure a basis that all rows can be fitted to. */
const HELD_OUT_EVERY = 5;
/** A basis leaves this many times more of new models out than of those like its own: it is fitted again. */
const MAX_DRIFT = 1.2;
/** A basis that could have this many times as many directions is fitted again. */
const MIN_RANK_GROWTH = 1.25;
/** So is one of a gallery that has grown this many times. */
const MAX_GROWTH = 5;
const SEED = 20_502;

/** The rows that a basis is fitted to. */
export interface BasisTask {
  version: string;
  probes: number;
  /** Rows of each fully probed model, ascending; of all models when there is none. */
  models: readonly Uint32Array[];
  /** Rows of the file, with removed ones. */
  rows: number;
  read(rows: Uint32Array): Matrix;
  products: MatrixProducts;
}

/** A basis, and what it was fitted to. */
export interface ChosenBasis {
  basis: Basis;
  /** The same directions, and further ones for the index. */
  wide: Basis;
  fit: BasisFit;
}

/**
 * The earlier basis while it describes the gallery, otherwise a new one. Under the same basis, scores stay the same and pages
 * continue; what makes it worse is not more models but other ones.
 */
export async function chooseBasis(task: BasisTask, earlier: ChosenBasis | null): Promise<ChosenBasis> {
  if (earlier && (await describes(earlier, task))) return earlier;
  const all = concatenated(task.models);
  const chosen = sample(all);
  const wide = await fitTo(task, chosen);
  const basis = leadingDirections(wide, basisRank(chosen.length, task.probes));
  const { version } = task;
  const uncaptured = await uncapturedOfOthers(task, basis, chosen);
  return { basis, wide, fit: { version, logits: all.length, rows: task.rows, uncaptured } };
}

async function describes({ basis, fit }: ChosenBasis, task: BasisTask): Promise<boolean> {
  const all = concatenated(task.models);
  if (basisRank(Math.min(all.length, SAMPLE_ROWS), task.probes) >= basis.rank * MIN_RANK_GROWTH) return false;
  if (all.length > fit.logits * MAX_GROWTH) return false;
  const newer = all.filter((row) => row >= fit.rows);
  return newer.length === 0 || (await uncapturedShare(task, basis, newer)) <= fit.uncaptured * MAX_DRIFT;
}

function fitTo({ version, probes, read, products }: BasisTask, chosen: Uint32Array): Promise<Basis> {
  return fitBasis({
    probes,
    rank: indexRank(basisRank(chosen.length, probes), probes),
    seed: SEED,
    version,
    multiply: blockwiseGram(products, read, chosen, BLOCK_ROWS),
    product: products.project,
  });
}

/**
 * What a basis leaves out of models like its own. Those that it was fitted to are captured too well, so others tell: rows that
 * were not drawn, or models that another fit leaves out.
 */
async function uncapturedOfOthers(task: BasisTask, basis: Basis, chosen: Uint32Array): Promise<number> {
  const drawn = new Set(chosen);
  const others = concatenated(task.models).filter((row) => !drawn.has(row));
  if (others.length >= MEASURED_ROWS) return uncapturedShare(task, basis, others);
  const parts =
    task.models.length < HELD_OUT_EVERY ? Array.from(chosen, (row) => Uint32Array.of(row)) : task.models;
  const training = concatenated(parts.filter((_, place) => place % HELD_OUT_EVERY !== 0));
  const heldOut = concatenated(parts.filter((_, place) => place % HELD_OUT_EVERY === 0));
  const wide = await fitTo(task, sample(training));
  return uncapturedShare(task, leadingDirections(wide, basis.rank), heldOut);
}

/** The share of some descriptors' squared length that lies outside the basis, 0 to 1. */
async function uncapturedShare(
  { read, products }: BasisTask,
  basis: Basis,
  rows: Uint32Array,
): Promise<number> {
  const measured = read(evenlySpaced(rows, MEASURED_ROWS));
  const projected = await products.project(measured, whiteningMatrix(basis, 0));
  let [inside, whole] = [0, 0];
  for (let row = 0; row < measured.rows; row++) {
    const [along, descriptor] = [rowOf(projected, row), rowOf(measured, row)];
    inside += dot(along, along);
    whole += dot(descriptor, descriptor);
  }
  return whole > 0 ? Math.max(0, 1 - inside / whole) : 0;
}

function sample(rows: Uint32Array): Uint32Array {
  if (rows.length <= SAMPLE_ROWS) return rows;
  const next = random(SEED);
  const shuffled = rows.slice();
  for (let index = 0; index < SAMPLE_ROWS; index++) {
    const other = index + Math.floor(next() * (shuffled.length - index));
    [shuffled[index], shuffled[other]] = [shuffled[other], shuffled[index]];
  }
  return shuffled.slice(0, SAMPLE_ROWS).sort();
}
