import type {
  ClaimedIngest,
  PrepareIngest,
  PublishedModel,
  Store,
  VersionRegistration,
} from '../../src/store/index.js';

/** A registration of version 1 of a model, as a delivery has it. */
export const registrationOf = (
  name: string,
  more: Partial<VersionRegistration> = {},
): VersionRegistration => ({
  kind: 'REGISTER',
  name,
  version: '1',
  source: '/m.onnx',
  updated: false,
  ...more,
});

/** Makes the ingest of a registration, with `more` in it. */
export const prepareFor =
  (probeSetId: string, more: object = {}): PrepareIngest =>
  async ({ name, version, source }) => ({ ...newIngest(probeSetId, name), version, source, ...more });

/** A model version to be registered. */
export const newIngest = (probeSetId: string, name: string) => ({
  name,
  version: '1',
  source: '/m.onnx',
  labels: null,
  license: null,
  registry: null,
  visibility: null,
  probeSetId,
  lane: '',
  priority: 0,
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
      status: 'SEARCHABLE' as const,
      coverage,
      completionError: coverage === 1 ? null : 0.25,
    })),
  };
}

/** Claims the ingest with this id out of turn. */
export async function takeUp({ ingests }: Pick<Store, 'ingests'>, id: string): Promise<ClaimedIngest> {
  const others: ClaimedIngest[] = [];
  for (;;) {
    const taken = await ingests.claim('worker', 60_000);
    if (!taken) throw new Error('the ingest is not in the queue');
    if (taken.id !== id) {
      others.push(taken);
      continue;
    }
    for (const { claim } of others) await ingests.release(claim);
    return taken;
  }
}

/** Makes a model visible by its ingest that waits. */
export async function makeVisible(
  store: Pick<Store, 'ingests' | 'models'>,
  ingestId: string,
  model: PublishedModel,
): Promise<void> {
  const { claim } = await takeUp(store, ingestId);
  await store.models.publish(claim, model);
  await store.ingests.succeed(claim, 1);
}

/** Ends an ingest that waits without success. */
export async function failWaiting(
  store: Pick<Store, 'ingests'>,
  ingestId: string,
  code = 'MODEL_EMPTY',
): Promise<void> {
  const { claim } = await takeUp(store, ingestId);
  await store.ingests.fail(claim, code, 'no bytes');
}
