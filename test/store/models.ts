import type { PublishedModel } from '../../src/store/index.js';

/** A model version to be registered. */
export const newIngest = (probeSetId: string, name: string) => ({
  name,
  version: '1',
  source: '/m.onnx',
  labels: null,
  probeSetId,
  request: { name, probeSet: probeSetId },
});

/** What probing found out about it. */
export function published(
  probeSetId: string,
  labels: string[] | null,
  outputs = 2,
  coverage = 1,
): PublishedModel {
  return {
    probeSetId,
    outputs,
    labels,
    responsesDigest: 'ab'.repeat(32),
    responseKind: 'LOGITS',
    logFloor: null,
    inputShape: { width: 8 },
    outputName: 'out',
    preprocessing: null,
    notes: ['a note'],
    logits: Array.from({ length: outputs }, (_, index) => ({
      index,
      label: labels?.[index] ?? null,
      status: 'SEARCHABLE' as const,
      coverage,
      completionError: coverage === 1 ? null : 0.25,
    })),
  };
}
