import { afterAll, beforeAll, expect, it } from 'vitest';
import { rowOf } from '../../src/domain/index.js';
import { loadDescriptors } from '../../src/search/gallery/load-descriptors.js';
import { attribute, FLOAT, node, value } from '../probing/support/encode-onnx.js';
import { meanColor } from '../probing/support/made-models.js';
import { openSmallService, type SmallService } from './support/small-service.js';

const PROBES = 24;
let small: SmallService;
beforeAll(async () => {
  small = await openSmallService({ probes: PROBES });
});
afterAll(() => small.close());

const OUTPUTS = [value('answer', FLOAT, ['N', 4])];
const softmax = meanColor({ tail: { nodes: [node('Softmax', ['logits'], ['answer'])], outputs: OUTPUTS } });
const behindIdentity = meanColor({
  tail: {
    nodes: [node('Softmax', ['logits'], ['shares']), node('Identity', ['shares'], ['answer'])],
    outputs: OUTPUTS,
  },
});
/** Nothing in the graph says that these are probabilities: the log is taken of what comes out. */
const disguised = meanColor({
  tail: {
    nodes: [
      node('Exp', ['logits'], ['powers']),
      node('ReduceL1', ['powers'], ['sum'], [attribute('axes', [1])]),
      node('Div', ['powers', 'sum'], ['answer']),
    ],
    outputs: OUTPUTS,
  },
});

it('a model that ends in a softmax and its twin that ends in logits have the same descriptors', async () => {
  const logits = await descriptorsOf(meanColor());
  for (const twin of [softmax, behindIdentity]) expectSame(await descriptorsOf(twin), logits, 1e-6);
  // Log of float32 probabilities, then float16: as near as that rounding allows.
  expectSame(await descriptorsOf(disguised), logits, 0.01);
});

async function descriptorsOf(model: Uint8Array): Promise<Float32Array[]> {
  const { state, errorMessage, modelId } = await small.ingest(model);
  expect(state, errorMessage ?? '').toBe('SUCCEEDED');
  const [record] = await small.service.store.models.byIds([modelId]);
  const path = small.service.store.blobs.path(record?.responsesDigest ?? '');
  const { rows } = await loadDescriptors(path, PROBES);
  return [0, 1, 2, 3].map((row) => rowOf(rows, row));
}

function expectSame(found: Float32Array[], wanted: Float32Array[], tolerance: number): void {
  for (const [row, values] of wanted.entries())
    for (const [probe, x] of values.entries())
      expect(Math.abs(found[row][probe] - x), `logit ${row}, probe ${probe}`).toBeLessThan(tolerance);
}
