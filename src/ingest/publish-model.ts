import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { ProbelogError } from '../errors/index.js';
import type { ModelInspection } from '../probing/index.js';
import type { ModelRecord, Store } from '../store/index.js';
import { assembleInWorker } from './assemble/assemble-in-worker.js';
import type { ProbingWork } from './probing-work.js';

/** What became visible. */
export interface Published {
  responsesDigest: string;
  outputs: number;
  probes: number;
}

/** What is published besides the responses. */
export interface PublishedFacts {
  probeSetId: string;
  /** P */
  probes: number;
  inspected: ModelInspection;
  labels: string[] | null;
}

/**
 * Stores the responses of a finished run and makes the model visible.
 *
 * @throws ProbelogError MODEL_ALL_DEGENERATE, INGEST_CANCELLED, STORAGE_FULL
 */
export async function publishModel(
  model: ModelRecord,
  { spool, plan }: ProbingWork,
  { probeSetId, probes, inspected, labels }: PublishedFacts,
  store: Pick<Store, 'blobs' | 'models'>,
): Promise<Published> {
  const targetPath = `${spool.path}.npy`;
  try {
    const knownProbabilities = inspected.responseKind === 'PROBABILITIES_UNCUT';
    const assembled = await assembleInWorker({
      spoolPath: spool.path,
      targetPath,
      knownProbabilities,
      probes,
      priorPath: plan?.priorPath ?? null,
    });
    if (assembled.degenerate.every((flag) => flag === 1)) throw allDegenerate(assembled.outputs);
    const stored = await store.blobs.put(createReadStream(targetPath));
    await store.models.publish(model.id, {
      probeSetId,
      outputs: assembled.outputs,
      responsesDigest: stored.digest,
      responseKind: assembled.responseKind,
      logFloor: assembled.logFloor,
      inputShape: inspected.input,
      outputName: inspected.output.name,
      preprocessing: inspected.preprocessing,
      notes: inspected.notes,
      labels,
      logits: Array.from(assembled.degenerate, (flag, index) => ({
        index,
        label: labels?.[index] ?? null,
        coverage: assembled.coverage,
        completionError: assembled.errors?.[index] ?? null,
        status: flag === 1 ? ('DEGENERATE' as const) : ('SEARCHABLE' as const),
      })),
    });
    return { responsesDigest: stored.digest, outputs: assembled.outputs, probes: assembled.probes };
  } finally {
    await rm(targetPath, { force: true });
  }
}

function allDegenerate(outputs: number): ProbelogError {
  return new ProbelogError(
    'MODEL_ALL_DEGENERATE',
    `None of the ${outputs} outputs tells the probe images apart: each is constant or not a number. Check the preprocessing and the output that was used.`,
    { outputs },
  );
}
