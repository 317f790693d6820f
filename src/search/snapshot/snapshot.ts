import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Basis, leadingDirections } from '../../domain/index.js';
import { checkedContent } from '../../lib/checksum.js';
import { CodeRows } from '../kernel/code-rows.js';
import { CellIndex, type IndexFacts } from './cell-index.js';
import type { FaissLibrary } from './faiss.js';
import { ProjectionFile } from './projection-file.js';

/** The result of a build: a basis, an index and a prior, and the scales of the rows that existed then. */
export interface Snapshot {
  version: string;
  folder: string;
  basis: Basis;
  /** The directions of the basis, and further ones for the index. */
  wide: Basis;
  fit: BasisFit;
  /** It was built from rows 0 … `rows` − 1 of the descriptor file. */
  rows: number;
  /** SHA-256 of those rows: with those of another gallery, its scales and index would give other scores and no error. */
  rowsSum: string;
  /** Logits in those rows. */
  logits: number;
  /** 1 / `whitenedNorm` of each row; 0 for a row without a descriptor. */
  scales: Float32Array;
  /** `skewness` of each row. */
  skewnesses: Float64Array;
  /** Each row under the wide basis, whitened. */
  projections: ProjectionFile;
  index: { cells: CellIndex; facts: IndexFacts } | null;
  /** The prior that completes partly probed models; null when too few models were fully probed. */
  prior: (PriorFacts & { version: string; path: string }) | null;
}

/** What a prior was fitted to, and how well it completes models; see `ResponsePrior`. */
export interface PriorFacts {
  models: number;
  logits: number;
  families: number;
  rank: number;
  expectedError: number;
}

/** What a basis was fitted to; later snapshots may keep it. */
export interface BasisFit {
  /** Of the snapshot that it was fitted for. */
  version: string;
  logits: number;
  /** Rows of the descriptor file then; later ones are new to it. */
  rows: number;
  /** Share of the squared length of descriptors like these that lies outside the basis, 0 to 1. */
  uncaptured: number;
}

/** The part of a snapshot that is JSON. */
export interface SnapshotFacts {
  format: number;
  version: string;
  probes: number;
  rank: number;
  /** Directions of the wide basis. */
  wideRank: number;
  basis: BasisFit;
  rows: number;
  /** See {@link Snapshot}. */
  rowsSum: string;
  logits: number;
  /** Null when the gallery was small, or FAISS could not be loaded. */
  index: IndexFacts | null;
  prior: PriorFacts | null;
  /** SHA-256 of the other files, by name. */
  sums: Readonly<Record<string, string>>;
}

/** Increment it when a file's content or layout changes: a snapshot of another format is built again. */
export const SNAPSHOT_FORMAT = 3;
const BLOCK_BYTES = 2 ** 20;

/** Names of a snapshot's files within its folder. */
export const SNAPSHOT_FILES = {
  facts: 'snapshot.json',
  vectors: 'vectors.f32',
  eigenvalues: 'eigenvalues.f32',
  scales: 'scales.f32',
  skewnesses: 'skewnesses.f64',
  projections: 'projections.f32',
  indexedRows: 'indexed-rows.u32',
  index: 'index.faiss',
  cellStarts: 'cell-starts.u32',
  codes: 'codes.i8',
  prior: 'prior.bin',
};

/** @throws Error when a file is missing or damaged; the gallery then builds another snapshot */
export function readSnapshot(folder: string, probes: number, faiss: FaissLibrary | null): Snapshot {
  const facts = readFacts(folder);
  for (const [name, sum] of Object.entries(facts.sums))
    if (fileSum(join(folder, name)) !== sum) throw new Error(`${name} is damaged`);
  const chosen = readDirections(folder, facts);
  const scales = new Float32Array(read(folder, SNAPSHOT_FILES.scales));
  const skewnesses = new Float64Array(read(folder, SNAPSHOT_FILES.skewnesses));
  const projected = join(folder, SNAPSHOT_FILES.projections);
  const whole =
    facts.probes === probes &&
    chosen.wide.vectors.length === probes * facts.wideRank &&
    chosen.wide.eigenvalues.length === facts.wideRank &&
    scales.length === facts.rows &&
    skewnesses.length === facts.rows &&
    statSync(projected).size === facts.rows * facts.wideRank * Float32Array.BYTES_PER_ELEMENT;
  if (!whole) throw new Error('its files do not fit together');
  return {
    ...chosen,
    version: facts.version,
    folder,
    rows: facts.rows,
    rowsSum: facts.rowsSum,
    logits: facts.logits,
    scales,
    skewnesses,
    projections: new ProjectionFile(projected, facts.wideRank),
    index: facts.index &&
      faiss && { cells: readCells(folder, facts, facts.index, faiss), facts: facts.index },
    prior: facts.prior && {
      ...facts.prior,
      version: facts.version,
      path: join(folder, SNAPSHOT_FILES.prior),
    },
  };
}

/** The basis of a snapshot; null when it cannot be read. */
export function readBasis(folder: string): Pick<Snapshot, 'basis' | 'wide' | 'fit'> | null {
  try {
    return readDirections(folder, readFacts(folder));
  } catch {
    return null;
  }
}

function readDirections(folder: string, { basis: fit, probes, rank, wideRank }: SnapshotFacts) {
  const vectors = new Float32Array(read(folder, SNAPSHOT_FILES.vectors));
  const eigenvalues = new Float32Array(read(folder, SNAPSHOT_FILES.eigenvalues));
  const wide: Basis = { version: fit.version, probes, rank: wideRank, vectors, eigenvalues };
  return { basis: leadingDirections(wide, rank), wide, fit };
}

function readCells(
  folder: string,
  { rank, wideRank }: SnapshotFacts,
  { scale }: IndexFacts,
  faiss: FaissLibrary,
): CellIndex {
  const rows = new Uint32Array(read(folder, SNAPSHOT_FILES.indexedRows));
  const codes = new CodeRows(wideRank, rows.length);
  const file = openSync(join(folder, SNAPSHOT_FILES.codes), 'r');
  try {
    readInto(file, codes.codes(0, rows.length));
  } finally {
    closeSync(file);
  }
  return new CellIndex({
    rank,
    scale,
    quantizer: faiss.Index.read(join(folder, SNAPSHOT_FILES.index)),
    starts: new Uint32Array(read(folder, SNAPSHOT_FILES.cellStarts)),
    rows,
    scales: new Float32Array(read(folder, SNAPSHOT_FILES.scales)),
    codes,
  });
}

function readInto(file: number, target: Int8Array): void {
  for (let done = 0; done < target.length; ) {
    const count = readSync(file, target, done, Math.min(BLOCK_BYTES, target.length - done), done);
    if (count === 0) throw new Error('its files do not fit together');
    done += count;
  }
}

/** @throws Error when the file is missing or damaged, or the snapshot is of another release */
export function readFacts(folder: string): SnapshotFacts {
  const content = checkedContent(readFileSync(join(folder, SNAPSHOT_FILES.facts)));
  const facts = JSON.parse(Buffer.from(content).toString('utf8')) as SnapshotFacts;
  if (facts.format !== SNAPSHOT_FORMAT) throw new Error('it is of another release');
  return facts;
}

/** SHA-256 of a file, read in blocks: an index may be larger than memory has room for twice. */
export function fileSum(path: string): string {
  const hash = createHash('sha256');
  const block = Buffer.alloc(BLOCK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let count = readSync(file, block); count > 0; count = readSync(file, block))
      hash.update(block.subarray(0, count));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

function read(folder: string, name: string): ArrayBuffer {
  return Uint8Array.from(readFileSync(join(folder, name))).buffer;
}
