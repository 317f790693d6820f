import { createHash, randomBytes } from 'node:crypto';
import { encodeFloat16, encodeNpyHeader } from '../../../src/domain/index.js';
import { openStore, type Store, type StoreOptions } from '../../../src/store/index.js';
import { newIngest, takeUp } from '../models.js';

const PROBES = 20;
const OUTPUTS = 3;

/** A response matrix as it is stored. */
function storedResponses(seed: number): Buffer {
  const header = encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [OUTPUTS, PROBES] });
  const values = Float32Array.from({ length: OUTPUTS * PROBES }, (_, index) => Math.sin(seed + 12.9 * index));
  return Buffer.concat([header, Buffer.from(encodeFloat16(values).buffer)]);
}

/** Fills a store with rows in every table and blobs of every kind, and closes it. */
export async function fillStore(options: StoreOptions): Promise<void> {
  const store = await openStore(options);
  const actor = { name: 'cli:test', address: null, userAgent: null, requestId: null };
  const asSomebody = store.as({ visibilityScope: 'ALL', registry: null, actor });
  const probeSetId = await addProbeSet(store);
  await addModel(asSomebody, probeSetId, 'whole', 1);
  await addModel(asSomebody, probeSetId, 'näme with "quotes"\n\\ and \u{1F436}', 2);
  const running = await asSomebody.ingests.enqueue(newModel(probeSetId, 'running'));
  const { claim } = await takeUp(store, running.id);
  await store.ingests.progress(claim, { stage: 'PROBING', done: 7, total: PROBES, etaSeconds: 1.5 });
  await asSomebody.apiKeys.create({
    name: 'pipeline',
    prefix: 'abcdef012345',
    hash: 'ef'.repeat(32),
    scopes: ['READ', 'INGEST'],
    labels: ['team-a', 'team "b", {c}'],
    registry: null,
    expiresAt: null,
  });
  await store.close();
}

async function addProbeSet({ blobs, probeSets }: Store): Promise<string> {
  const probes = [];
  for (let position = 0; position < PROBES; position++) {
    const { digest } = await blobs.put(randomBytes(1000 + position));
    probes.push({ digest, width: 8, height: 8, mediaType: 'image/png' });
  }
  const digest = createHash('sha256')
    .update(probes.map((probe) => `${probe.digest}\n`).join(''))
    .digest('hex');
  const { id } = await probeSets.create({ name: 'set', digest, probes });
  const embedding = await blobs.put(randomBytes(400));
  await probeSets.saveEmbedding(id, 'an/encoder', { digest: embedding.digest, dimensions: 5 });
  return id;
}

const newModel = (probeSetId: string, name: string) => ({
  ...newIngest(probeSetId, name),
  // One can be fetched again, the others cannot.
  source: name === 'whole' ? 'https://models.example.org/m.onnx' : '/models/m.onnx',
  request: { name, nested: { number: 0.1, list: [1, null, 'ä'] } },
});

async function addModel(store: Store, probeSetId: string, name: string, seed: number): Promise<void> {
  const { id } = await store.ingests.enqueue(newModel(probeSetId, name));
  const { claim } = await takeUp(store, id);
  const file = await store.blobs.put(randomBytes(5000));
  await store.models.recordFile(claim, { fileDigest: file.digest, fileBytes: file.bytes });
  const data = await store.blobs.put(randomBytes(3000));
  await store.models.recordDataFiles(claim, [{ location: 'm.onnx.data', ...data }]);
  const responses = await store.blobs.put(storedResponses(seed));
  await store.models.publish(claim, {
    probeSetId,
    outputs: OUTPUTS,
    labels: ['cat', 'a "dog"\nor, {two}', ''],
    responsesDigest: responses.digest,
    responseKind: 'LOG_PROBABILITIES',
    logFloor: 1 / 3e30,
    inputShape: { width: 8 },
    outputName: 'out',
    preprocessing: { mean: [0.485, 1e-30] },
    notes: ['a note'],
    logits: Array.from({ length: OUTPUTS }, (_, index) => ({
      index,
      status: index === 2 ? ('DEGENERATE' as const) : ('SEARCHABLE' as const),
      coverage: 1 / 3,
      completionError: index === 2 ? null : Math.PI / 10,
    })),
  });
  await store.ingests.succeed(claim, Number.MAX_SAFE_INTEGER);
}
