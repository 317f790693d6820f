import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Basis,
  basisRank,
  decodeFloat16,
  encodePrior,
  fitBasis,
  type Matrix,
  probeBudget,
  random,
  rowOf,
  skewness,
  whiteningMatrix,
} from '../../../domain/index.js';
import { withChecksum } from '../../../lib/checksum.js';
import { RowFile } from '../../gallery/row-file.js';
import { type MatrixProducts, openMatrixProducts } from '../../matrix-products.js';
import type { IndexFacts } from '../cell-index.js';
import { type FaissLibrary, loadFaiss } from '../faiss.js';
import { ProjectionFile, writeProjections } from '../projection-file.js';
import {
  fileSum,
  type PriorFacts,
  SNAPSHOT_FILES,
  SNAPSHOT_FORMAT,
  type SnapshotFacts,
} from '../snapshot.js';
import { blockwiseGram } from './blockwise-gram.js';
import { buildIndex } from './build-index.js';
import { fitPrior } from './fit-prior.js';
import { NeedsTrial } from './measure-needs.js';

/** The input of one build. */
export interface BuildTask {
  /** The gallery's descriptor file, which may grow meanwhile. */
  rowsPath: string;
  targetFolder: string;
  version: string;
  /** P */
  probes: number;
  /** Rows of the file to use. */
  rows: number;
  /** Rows of the gallery's models. */
  live: { firstRow: number; rows: number; degenerate: number[]; isFullyProbed: boolean }[];
  /** Whether to build a FAISS index. */
  withIndex: boolean;
}

/** More rows do not improve a basis. */
const SAMPLE_ROWS = 20_000;
const BLOCK_ROWS = 4_096;
/** Queries that tell what an index needs. */
const TRIED_QUERIES = 64;
const SEED = 20_502;

/** Fits the basis to a sample of the gallery, projects all of it, and writes the snapshot's folder. */
export async function buildSnapshot(task: BuildTask): Promise<void> {
  const rows = new RowFile(task.rowsPath, task.probes, task.rows, 'READ');
  const products = await openMatrixProducts();
  const liveRows = listRows(task.live);
  const fullModels = fullyProbed(task);
  const basisRows = fullModels.length === 0 ? liveRows : listRows(fullModels);
  const basis = await fitToSample(task, rows, sample(basisRows), products);
  mkdirSync(task.targetFolder, { recursive: true });
  const faiss = task.withIndex ? loadFaiss().library : null;
  const trial = faiss && (await tryQueries(rows, liveRows, basis, products));
  const { scales, skewnesses } = await projectRows({ task, rows, liveRows, basis, products, trial });
  const index = faiss && trial && indexRows(task, { faiss, trial, basis, liveRows, scales });
  const prior = await fitPriorToFullModels(rows, fullModels, basis, products);
  const rowsSum = rows.checksum(0, task.rows);
  writeSnapshot(task, { basis, scales, skewnesses, liveRows, index, prior, rowsSum });
}

async function tryQueries(
  rows: RowFile,
  liveRows: Uint32Array,
  basis: Basis,
  products: MatrixProducts,
): Promise<NeedsTrial> {
  const count = Math.min(TRIED_QUERIES, liveRows.length);
  const tried = Uint32Array.from(
    { length: count },
    (_, place) => liveRows[Math.floor((place * liveRows.length) / count)],
  );
  const descriptors = readRows(rows, tried);
  const vectors = await products.project(descriptors, whiteningMatrix(basis));
  return new NeedsTrial(basis, descriptors, vectors, products);
}

function indexRows(
  { targetFolder }: BuildTask,
  {
    faiss,
    trial,
    basis: { rank },
    liveRows,
    scales,
  }: {
    faiss: FaissLibrary;
    trial: NeedsTrial;
    basis: Basis;
    liveRows: Uint32Array;
    scales: Float32Array;
  },
): IndexFacts {
  const projections = new ProjectionFile(join(targetFolder, SNAPSHOT_FILES.projections), rank);
  try {
    return buildIndex({ faiss, folder: targetFolder, rank, rows: liveRows, scales, projections, trial });
  } finally {
    projections.close();
  }
}

interface Projecting {
  task: BuildTask;
  rows: RowFile;
  liveRows: Uint32Array;
  basis: Basis;
  products: MatrixProducts;
  trial: NeedsTrial | null;
}

/** Writes the whitened vectors of the gallery; those of other rows are 0. */
async function projectRows({ task, rows, liveRows, basis, products, trial }: Projecting) {
  const scales = new Float32Array(task.rows);
  const skewnesses = new Float64Array(task.rows);
  const directions = whiteningMatrix(basis);
  const file = openSync(join(task.targetFolder, SNAPSHOT_FILES.projections), 'w');
  ftruncateSync(file, task.rows * basis.rank * Float32Array.BYTES_PER_ELEMENT);
  for (let first = 0; first < liveRows.length; first += BLOCK_ROWS) {
    const chosen = liveRows.subarray(first, first + BLOCK_ROWS);
    const block = readRows(rows, chosen);
    const projected = await products.project(block, directions);
    for (let place = 0; place < chosen.length; place++) {
      const length = Math.hypot(...rowOf(projected, place));
      scales[chosen[place]] = length === 0 ? 0 : 1 / length;
      skewnesses[chosen[place]] = skewness(rowOf(block, place));
    }
    await trial?.offer(chosen, block, projected, scales);
    for (const [start, end] of adjacent(chosen)) {
      const vectors = projected.data.subarray(start * basis.rank, end * basis.rank);
      writeProjections(file, chosen[start], basis.rank, vectors);
    }
  }
  fsyncSync(file);
  closeSync(file);
  return { scales, skewnesses };
}

async function fitToSample(
  task: BuildTask,
  rows: RowFile,
  chosen: Uint32Array,
  products: MatrixProducts,
): Promise<Basis> {
  return fitBasis({
    probes: task.probes,
    rank: basisRank(chosen.length, task.probes),
    seed: SEED,
    version: task.version,
    multiply: blockwiseGram(products, (rowsOfBlock) => readRows(rows, rowsOfBlock), chosen, BLOCK_ROWS),
    product: products.project,
  });
}

/** Completed models only repeat what the prior already predicts, so they do not count. */
function fullyProbed({ live }: BuildTask): BuildTask['live'] {
  return live.filter(({ isFullyProbed }) => isFullyProbed);
}

interface FittedPrior {
  encoded: Uint8Array;
  facts: PriorFacts;
}

async function fitPriorToFullModels(
  rows: RowFile,
  fullModels: BuildTask['live'],
  basis: Basis,
  products: MatrixProducts,
): Promise<FittedPrior | null> {
  const models = fullModels.map((model) => listRows([model])).filter(({ length }) => length > 0);
  const logits = models.reduce((sum, { length }) => sum + length, 0);
  // Too few for a smaller budget, so no model would use a prior.
  if (probeBudget({ models: models.length, logits }, 0) === 1) return null;
  const prior = await fitPrior({ basis, models, products, read: (chosen) => readRows(rows, chosen) });
  const { families, expectedError } = prior;
  const rank = families[0].factor.columns;
  return {
    encoded: encodePrior(prior),
    facts: { models: models.length, logits, families: families.length, rank, expectedError },
  };
}

function listRows(live: BuildTask['live']): Uint32Array {
  return Uint32Array.from(
    live.flatMap(({ firstRow, rows, degenerate }) => {
      const excluded = new Set(degenerate);
      return Array.from({ length: rows }, (_, index) => index).flatMap((index) =>
        excluded.has(index) ? [] : [firstRow + index],
      );
    }),
  );
}

function sample(liveRows: Uint32Array): Uint32Array {
  if (liveRows.length <= SAMPLE_ROWS) return liveRows;
  const next = random(SEED);
  const shuffled = liveRows.slice();
  for (let index = 0; index < SAMPLE_ROWS; index++) {
    const other = index + Math.floor(next() * (shuffled.length - index));
    [shuffled[index], shuffled[other]] = [shuffled[other], shuffled[index]];
  }
  return shuffled.slice(0, SAMPLE_ROWS).sort();
}

function readRows(rows: RowFile, chosen: Uint32Array): Matrix {
  const data = new Float32Array(chosen.length * rows.columns);
  const block = new Uint16Array(chosen.length * rows.columns);
  for (const [start, end] of adjacent(chosen)) {
    const values = rows.encoded(chosen[start], end - start, block);
    decodeFloat16(values, data.subarray(start * rows.columns, end * rows.columns));
  }
  return { rows: chosen.length, columns: rows.columns, data };
}

/** The runs of adjacent rows: the place of the first, and of the first behind it. */
function* adjacent(chosen: Uint32Array): Generator<[start: number, end: number]> {
  let start = 0;
  while (start < chosen.length) {
    let end = start + 1;
    while (end < chosen.length && chosen[end] === chosen[end - 1] + 1) end++;
    yield [start, end];
    start = end;
  }
}

interface BuiltParts {
  basis: Basis;
  scales: Float32Array;
  skewnesses: Float64Array;
  liveRows: Uint32Array;
  index: IndexFacts | null;
  prior: FittedPrior | null;
  rowsSum: string;
}

function writeSnapshot(
  task: BuildTask,
  { basis, scales, skewnesses, liveRows, index, prior, rowsSum }: BuiltParts,
): void {
  const write = (name: string, content: string | NodeJS.ArrayBufferView) =>
    writeFileSync(join(task.targetFolder, name), content, { flush: true });
  write(SNAPSHOT_FILES.vectors, basis.vectors);
  write(SNAPSHOT_FILES.eigenvalues, basis.eigenvalues);
  write(SNAPSHOT_FILES.scales, scales);
  write(SNAPSHOT_FILES.skewnesses, skewnesses);
  if (prior) write(SNAPSHOT_FILES.prior, prior.encoded);
  const { version, probes, rows } = task;
  const { facts: _, ...others } = SNAPSHOT_FILES;
  const written = Object.values(others).filter((name) => existsSync(join(task.targetFolder, name)));
  const facts: SnapshotFacts = {
    format: SNAPSHOT_FORMAT,
    version,
    probes,
    rank: basis.rank,
    rows,
    rowsSum,
    logits: liveRows.length,
    index,
    prior: prior?.facts ?? null,
    sums: Object.fromEntries(written.map((name) => [name, fileSum(join(task.targetFolder, name))])),
  };
  write(SNAPSHOT_FILES.facts, withChecksum(JSON.stringify(facts)));
}
