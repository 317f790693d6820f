// Registers, publishes and probes models again until it is killed; prints each id once its responses are published.
import { randomBytes } from 'node:crypto';

const [module, dataFolder] = process.argv.slice(2);
const { openStore } = await import(module);
const store = await openStore({ dataFolder });
const probeSet = await store.probeSets.create({ name: 'set', digest: 'd', probes: [] });
console.log('ready');

async function probe() {
  const ingest = await store.ingests.claim('worker', 60_000);
  const outputs = 1 + Math.floor(Math.random() * 1_500);
  const { digest } = await store.blobs.put(randomBytes(outputs * 20));
  await store.models.publish(ingest.claim, {
    probeSetId: probeSet.id,
    outputs,
    labels: null,
    responsesDigest: digest,
    responseKind: 'LOGITS',
    logFloor: null,
    inputShape: null,
    outputName: 'out',
    preprocessing: null,
    notes: [],
    logits: Array.from({ length: outputs }, (_, index) => ({
      index,
      status: 'SEARCHABLE',
      coverage: 1,
    })),
  });
  console.log(ingest.modelId);
  await store.ingests.succeed(ingest.claim, 1);
}

for (;;) {
  const name = randomBytes(8).toString('hex');
  const { modelId } = await store.ingests.enqueue({
    name,
    version: '1',
    source: 'x',
    labels: null,
    probeSetId: probeSet.id,
    request: {},
  });
  await probe();
  // What an earlier life left in the queue comes first, so this model may still be waiting.
  await store.ingests.enqueueReprobe(modelId).then(probe, () => undefined);
}
