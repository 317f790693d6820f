import { expect, it } from 'vitest';
import { readModelLayout } from '../../../src/registries/mlflow/model-layout.js';

const REAL = `artifact_path: model
flavors:
  onnx:
    data: model.onnx
    onnx_version: 1.16.0
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3, 224, 224]}}]'
metadata: {labels: [cat, dog]}
`;

it('reads what MLflow writes', () => {
  expect(readModelLayout(REAL)).toMatchObject({ onnx: 'model.onnx', labels: ['cat', 'dog'] });
});

// With a check for repeated keys it takes minutes.
it('reads thousands of keys', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `    ${index}: n${index}\n`).join('');
  const layout = readModelLayout(`${REAL.replace(/^metadata.*\n/m, '')}metadata:\n  id2label:\n${names}`);
  expect(layout?.labels).toMatchObject({ id2label: { 19999: 'n19999' } });
});

// Without the guard each of these takes minutes and more.
it.each(['{', '[', '{a: ', '? ', '- ? '])(
  'is none when %j is nested so deep that reading it would not end',
  (sign) => {
    expect(readModelLayout(sign.repeat(3_000))).toBeNull();
  },
);
