import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Basis,
  encodePrior,
  evenlySpaced,
  probeBudget,
  whiteningMatrix,
} from '../../../domain/index.js';
import { withChecksum } from '../../../lib/checksum.js';
import { RowFile } from '../../gallery/row-file.js';
import { type MatrixProducts, openMatrixProducts } from '../../matrix-products.js';
import type { IndexFacts } from '../cell-index.js';
import { type FaissLibrary, loadFaiss } from '../faiss.js';
import { ProjectionFile } from '../projection-file.js';
import {
  type BasisFit,
  fileSum,
  type PriorFacts,
  readBasis,
  SNAPSHOT_FILES,
  SNAPSHOT_FORMAT,
  type SnapshotFacts,
} from '../snapshot.js';
import { buildIndex } from './build-index.js';
import { chooseBasis } from './choose-basis.js';
import { fitPrior } from './fit-prior.js';
import { NeedsTrial } from './measure-needs.js';
import { projectRows } from './project-rows.js';
import { readRows } from './read-rows.js';

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
  /** Folder of the snapshot in use, whose basis is kept while it describes the gallery; absent while there is none. */
  earlierFolder?: string;
  /** Whether to build a FAISS index. */
  withIndex: boolean;
}

/** Queries that tell what an index needs. */
const TRIED_QUERIES = 64;

/** Chooses the basis, projects the gallery, and writes the snapshot's folder. */
export async function buildSnapshot(task: BuildTask): Promise<void> {
  const rows = new RowFile(task.rowsPath, task.probes, task.rows, 'READ');
  const products = await openMatrixProducts();
  const liveRows = listRows(task.live);
  const fullModels = fullyProbed(task);
  const basisModels = (fullModels.length === 0 ? task.live : fullModels).map((model) => listRows([model]));
  const { basis, wide, fit } = await chooseBasis(
    {
      version: task.version,
      probes: task.probes,
      models: basisModels.filter(({ length }) => length > 0),
      rows: task.rows,
      read: (chosen) => readRows(rows, chosen),
      products,
    },
    task.earlierFolder === undefined ? null : readBasis(task.earlierFolder),
  );
  mkdirSync(task.targetFolder, { recursive: true });
  const faiss = task.withIndex ? loadFaiss().library : null;
  const trial = faiss && (await tryQueries(rows, liveRows, { basis, wide }, products));
  const { scales, skewnesses } = await projectRows({
    folder: task.targetFolder,
    rows,
    liveRows,
    rank: basis.rank,
    wide,
    products,
    trial,
  });
  const index =
    faiss &&
    trial &&
    indexRows(task, { faiss, trial, rank: basis.rank, wideRank: wide.rank, liveRows, scales });
  const prior = await fitPriorToFullModels(rows, fullModels, { ...basis, version: task.version }, products);
  const rowsSum = rows.checksum(0, task.rows);
  writeSnapshot(task, { rank: basis.rank, wide, fit, scales, skewnesses, liveRows, index, prior, rowsSum });
}

async function tryQueries(
  rows: RowFile,
  liveRows: Uint32Array,
  { basis, wide }: { basis: Basis; wide: Basis },
  products: MatrixProducts,
): Promise<NeedsTrial> {
  const descriptors = readRows(rows, evenlySpaced(liveRows, TRIED_QUERIES));
  const vectors = await products.project(descriptors, whiteningMatrix(wide));
  return new NeedsTrial({ rank: basis.rank, wide, descriptors, vectors, products });
}

function indexRows(
  { targetFolder }: BuildTask,
  {
    faiss,
    trial,
    rank,
    wideRank,
    liveRows,
    scales,
  }: {
    faiss: FaissLibrary;
    trial: NeedsTrial;
    rank: number;
    wideRank: number;
    liveRows: Uint32Array;
    scales: Float32Array;
  },
): IndexFacts {
  const projections = new ProjectionFile(join(targetFolder, SNAPSHOT_FILES.projections), wideRank);
  try {
    return buildIndex({
      faiss,
      folder: targetFolder,
      rank,
      wideRank,
      rows: liveRows,
      scales,
      projections,
      trial,
    });
  } finally {
    projections.close();
  }
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

interface BuiltParts {
  rank: number;
  wide: Basis;
  fit: BasisFit;
  scales: Float32Array;
  skewnesses: Float64Array;
  liveRows: Uint32Array;
  index: IndexFacts | null;
  prior: FittedPrior | null;
  rowsSum: string;
}

function writeSnapshot(
  task: BuildTask,
  { rank, wide, fit, scales, skewnesses, liveRows, index, prior, rowsSum }: BuiltParts,
): void {
  const write = (name: string, content: string | NodeJS.ArrayBufferView) =>
    writeFileSync(join(task.targetFolder, name), content, { flush: true });
  write(SNAPSHOT_FILES.vectors, wide.vectors);
  write(SNAPSHOT_FILES.eigenvalues, wide.eigenvalues);
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
    rank,
    wideRank: wide.rank,
    basis: fit,
    rows,
    rowsSum,
    logits: liveRows.length,
    index,
    prior: prior?.facts ?? null,
    sums: Object.fromEntries(written.map((name) => [name, fileSum(join(task.targetFolder, name))])),
  };
  write(SNAPSHOT_FILES.facts, withChecksum(JSON.stringify(facts)));
}
