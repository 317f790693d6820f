import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Basis } from '../../domain/index.js';
import type { FaissIndex, FaissLibrary } from './faiss.js';

/** What a build wrote: a basis, and what follows from it for the rows that it saw. */
export interface Snapshot {
  basis: Basis;
  /** Rows 0 … `rows` − 1 of the descriptor file were there. */
  rows: number;
  /** Logits that the basis was fitted to or that went into the index. */
  logits: number;
  /** 1 / `whitenedNorm` of each row; 0 for a row without a descriptor. */
  scales: Float32Array;
  index: FaissIndex | null;
  /** Row of each vector of the index. */
  indexedRows: Uint32Array;
  /** What partly probed models are completed with; null when there was too little to learn it from. */
  prior: (PriorFacts & { version: string; path: string }) | null;
}

/** What a prior was learned from, and what may be expected of it; see `ResponsePrior`. */
export interface PriorFacts {
  models: number;
  logits: number;
  families: number;
  rank: number;
  expectedError: number;
}

/** The part of a snapshot that is JSON. */
export interface SnapshotFacts {
  version: string;
  probes: number;
  rank: number;
  rows: number;
  logits: number;
  indexed: boolean;
  prior: PriorFacts | null;
}

/** Names of a snapshot's files within its folder. */
export const SNAPSHOT_FILES = {
  facts: 'snapshot.json',
  vectors: 'vectors.f32',
  eigenvalues: 'eigenvalues.f32',
  scales: 'scales.f32',
  indexedRows: 'indexed-rows.u32',
  index: 'index.faiss',
  prior: 'prior.bin',
};

/** @throws Error when a file is missing or damaged: a snapshot is made again then */
export function readSnapshot(folder: string, probes: number, faiss: FaissLibrary | null): Snapshot {
  const facts = JSON.parse(readFileSync(join(folder, SNAPSHOT_FILES.facts), 'utf8')) as SnapshotFacts;
  const vectors = new Float32Array(read(folder, SNAPSHOT_FILES.vectors));
  const eigenvalues = new Float32Array(read(folder, SNAPSHOT_FILES.eigenvalues));
  const scales = new Float32Array(read(folder, SNAPSHOT_FILES.scales));
  const whole =
    facts.probes === probes &&
    vectors.length === probes * facts.rank &&
    eigenvalues.length === facts.rank &&
    scales.length === facts.rows;
  if (!whole) throw new Error('the snapshot is damaged');
  const index = facts.indexed && faiss ? faiss.Index.read(join(folder, SNAPSHOT_FILES.index)) : null;
  return {
    basis: { version: facts.version, probes, rank: facts.rank, vectors, eigenvalues },
    rows: facts.rows,
    logits: facts.logits,
    scales,
    index,
    prior: facts.prior && {
      ...facts.prior,
      version: facts.version,
      path: join(folder, SNAPSHOT_FILES.prior),
    },
    indexedRows: index ? new Uint32Array(read(folder, SNAPSHOT_FILES.indexedRows)) : new Uint32Array(0),
  };
}

function read(folder: string, name: string): ArrayBuffer {
  return Uint8Array.from(readFileSync(join(folder, name))).buffer;
}
