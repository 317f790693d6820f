import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { callInThread } from '../../lib/worker-calls.js';
import { checkLabels, type PublishedModel, type Store } from '../../store/index.js';
import type { AssembledResponses, AssembleOptions } from './assemble/assemble-responses.js';

/** The method of the assembling thread. */
interface AssembleCalls {
  assemble(options: AssembleOptions): Omit<AssembledResponses, 'file'>;
}

const ENTRY = compiledEntry(import.meta.url, './assemble/main.js');

/** Responses to be stored. */
export type NewResponses = Omit<AssembleOptions, 'targetPath'>;

/** Responses in the blob store, with facts found while storing them. */
export interface StoredResponses extends Omit<AssembledResponses, 'file'> {
  digest: string;
}

/** Facts that are published with the responses. */
export type PublishedFacts = Pick<
  PublishedModel,
  'probeSetId' | 'labels' | 'inputShape' | 'outputName' | 'preprocessing' | 'notes'
>;

/**
 * Brings the responses of a model into their stored form. They are not visible before the model is published.
 *
 * A thread assembles them: transposing and encoding millions of values would block the event loop.
 *
 * @throws ProbelogError MODEL_ALL_DEGENERATE, STORAGE_FULL; for an upload also RESPONSES_FORMAT_INVALID,
 *   RESPONSES_SHAPE_MISMATCH, RESPONSES_LAYOUT_AMBIGUOUS, MODEL_TOO_MANY_OUTPUTS, RESPONSES_INVALID
 */
export async function storeResponses(facts: NewResponses, blobs: Store['blobs']): Promise<StoredResponses> {
  const targetPath = `${facts.responses.path}.npy`;
  try {
    const assembled = await callInThread<AssembleCalls>(ENTRY, 'assemble', [{ ...facts, targetPath }]);
    if (assembled.degenerate.every((flag) => flag === 1)) throw allDegenerate(assembled.outputs);
    const { digest } = await blobs.put(createReadStream(targetPath));
    return { ...assembled, digest };
  } finally {
    await rm(targetPath, { force: true });
  }
}

/** The published form of a model with stored responses. @throws ProbelogError MODEL_LABELS_MISMATCH */
export function publishedModel(stored: StoredResponses, facts: PublishedFacts): PublishedModel {
  checkLabels(facts.labels ?? null, stored.outputs);
  return {
    ...facts,
    outputs: stored.outputs,
    responsesDigest: stored.digest,
    responseKind: stored.responseKind,
    logFloor: stored.logFloor,
    multiLabel: stored.multiLabel,
    notes: [...facts.notes, ...stored.notes],
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
    `None of the ${outputs} outputs tells the probe images apart: each is constant or not a number. Check the preprocessing, and the output that was probed.`,
    { outputs },
  );
}
