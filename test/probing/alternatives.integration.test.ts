import { describe, expect, it } from 'vitest';
import type { AlternativeRuns } from '../../src/probing/client/probe-model.js';
import { attribute, FLOAT, floats, INT64, model, node, value } from './support/encode-onnx.js';
import { meanColor, WEIGHTS } from './support/made-models.js';
import { expectRows, plainProbes, runModel } from './support/run-model.js';

/** Runs a model with its alternatives. */
async function runAlternatives(bytes: Uint8Array, probes: Awaited<ReturnType<typeof plainProbes>>) {
  const names: string[] = [];
  const fields: object[] = [];
  const rows: (number[][] | string)[] = [];
  const alternatives: AlternativeRuns = {
    onInspected: (found) => {
      for (const alternative of found) {
        names.push(alternative.name);
        fields.push(alternative.fields);
        rows.push([]);
      }
    },
    onBatch: (probed, responses) => {
      for (const [index, batch] of responses.entries()) {
        const to = rows[index];
        if (!(batch instanceof Float32Array)) rows[index] = batch.problem;
        else if (Array.isArray(to))
          for (let i = 0; i < probed.length; i++)
            to.push([...batch.subarray(i * (batch.length / probed.length)).subarray(0, 4)]);
      }
    },
  };
  const used = await runModel(bytes, probes, { alternatives });
  return { used, names, fields, rows };
}

describe('the alternatives of a run', () => {
  it('have the responses of runs of their own', async () => {
    const probes = await plainProbes();
    const { used, names, fields, rows } = await runAlternatives(meanColor({ batch: 2 }), probes);
    expect(names).toHaveLength(7);
    expect(used.rows).toEqual((await runModel(meanColor({ batch: 2 }), probes)).rows);
    for (const [index, preprocessing] of fields.entries()) {
      const own = await runModel(meanColor({ batch: 2 }), probes, {
        preprocessing: { ...used.inspected.preprocessing, ...preprocessing },
      });
      expectRows(rows[index] as number[][], own.rows);
    }
  });

  it('say why one has none, and the others go on', async () => {
    const { names, rows } = await runAlternatives(takesSmallValuesOnly, await plainProbes());
    const problems = names.filter((_, index) => typeof rows[index] === 'string');
    expect(problems).toEqual(['0..255, RGB', '0..255, BGR']);
    expect(rows[0]).toMatch(/^The model failed to run: .*Gather/s);
    expect(rows[2]).toHaveLength(5);
  });
});

/** Its mean value is an index into a table of two rows. */
const takesSmallValuesOnly = model(
  {
    nodes: [
      node('GlobalAveragePool', ['image'], ['pooled']),
      node('Flatten', ['pooled'], ['flat']),
      node('MatMul', ['flat', 'weights'], ['sums']),
      node('ReduceMean', ['flat'], ['mean'], [attribute('axes', [1]), attribute('keepdims', 0)]),
      node('Cast', ['mean'], ['row'], [attribute('to', INT64)]),
      node('Gather', ['table', 'row'], ['bias']),
      node('Add', ['sums', 'bias'], ['logits']),
    ],
    inputs: [value('image', FLOAT, ['N', 3, 8, 8])],
    outputs: [value('logits', FLOAT, ['N', 4])],
    initializers: [floats('weights', [3, 4], WEIGHTS), floats('table', [2, 4], [0, 0, 0, 0, 1, 1, 1, 1])],
  },
  { opset: 13 },
);
