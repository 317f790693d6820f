import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import { checkLabels, type PublishedModel, type Store } from '../../store/index.js';
import { assembleInWorker } from './assemble/assemble-in-worker.js';
import type { AssembledResponses, DeclaredKind } from './assemble/assemble-responses.js';
import type { ResponseSource } from './assemble/read-responses.js';

/** Responses to be stored. */
export interface NewResponses {
  source: ResponseSource;
  declared: DeclaredKind;
  /** P */
  probes: number;
  /** See `AssembleOptions`. */
  priorPath: string | null;
}

/** Responses in the blob store, with what was learned while they were put there. */
export interface StoredResponses extends Omit<AssembledResponses, 'file'> {
  digest: string;
}

/** What is published besides the responses. */
export type PublishedFacts = Pick<
  PublishedModel,
  'probeSetId' | 'labels' | 'inputShape' | 'outputName' | 'preprocessing' | 'notes'
>;

/**
 * Brings the responses of a model into their stored form; nobody sees them yet.
 *
 * @throws ProbelogError MODEL_ALL_DEGENERATE, STORAGE_FULL; for an upload as `assembleInWorker`
 */
export async function storeResponses(
  { source, ...facts }: NewResponses,
  blobs: Store['blobs'],
): Promise<StoredResponses> {
  const targetPath = `${source.path}.npy`;
  try {
    const assembled = await assembleInWorker({ responses: source, targetPath, ...facts });
    if (assembled.degenerate.every((flag) => flag === 1)) throw allDegenerate(assembled.outputs);
    const { digest } = await blobs.put(createReadStream(targetPath));
    return { ...assembled, digest };
  } finally {
    await rm(targetPath, { force: true });
  }
}

/** What is published of a model with stored responses. @throws ProbelogError MODEL_LABELS_MISMATCH */
export function publishedModel(stored: StoredResponses, facts: PublishedFacts): PublishedModel {
  checkLabels(facts.labels ?? null, stored.outputs);
  return {
    ...facts,
    outputs: stored.outputs,
    responsesDigest: stored.digest,
    responseKind: stored.responseKind,
    logFloor: stored.logFloor,
    logits: Array.from(stored.degenerate, (flag, index) => ({
      index,
      coverage: stored.coverage,
      completionError: flag === 1 ? null : (stored.errors?.[index] ?? null),
      status: flag === 1 ? ('DEGENERATE' as const) : ('SEARCHABLE' as const),
    })),
  };
}

function allDegenerate(outputs: number): ProbelogError {
  return new ProbelogError(
    'MODEL_ALL_DEGENERATE',
    `None of the ${outputs} outputs tells the probe images apart: each is constant or not a number. Check the preprocessing and the output that was used.`,
    { outputs },
  );
}
