import { expect, it } from 'vitest';
import { locationProblem } from '../../src/probing/data-location.js';
import { dataFilesOf } from '../../src/probing/worker/onnx/external-data-files.js';
import { readModel } from '../../src/probing/worker/onnx/read-model.js';
import { externalMeanColor } from './support/external-data.js';

it.each([
  'model.onnx.data',
  '0f1c2a9e-7d1b-11ef-8a52-0242ac120002.data',
  'weights/part 1.bin',
  'onnx__MatMul_123',
  '.data',
])('data may be in a file of the model’s folder: %s', (location) => {
  expect(locationProblem(location)).toBeNull();
});

it.each([
  '',
  '/etc/passwd',
  'C:\\weights',
  'c:weights',
  '..',
  '../weights',
  'a/../../weights',
  'a//b',
  './weights',
  'a/.',
  '\\\\server\\share',
  '..\\weights',
  'a\0b',
  'a\nb',
  'weights:stream',
  'nul',
  'COM1.data',
  'a/con',
  'weights.',
  '*/_ORT_MEM_ADDR_/*',
  'file:///etc/passwd',
  'x'.repeat(600),
])('data may not be elsewhere: %j', (location) => {
  expect(locationProblem(location)).not.toBeNull();
  expect(() => dataFilesOf(externalMeanColor({ location }))).toThrow(
    expect.objectContaining({ code: 'MODEL_EXTERNAL_DATA' }),
  );
});

it.each([
  ['a length that does not fit the shape', { length: '47' }],
  ['a negative offset', { offset: '-1' }],
  ['an offset that is no number', { offset: '0x10' }],
  ['a number that is not exact', { offset: '99999999999999999' }],
])('%s is refused before the file is looked for', (_, entry) => {
  expect(() => dataFilesOf(externalMeanColor({ location: 'w', ...entry }))).toThrow(
    expect.objectContaining({ code: 'MODEL_EXTERNAL_DATA' }),
  );
});

it('a tensor must end within its file, also beyond 2 GiB', () => {
  const offset = 2 ** 31 + 5;
  const file = externalMeanColor({ location: 'w', offset: String(offset) });
  expect(dataFilesOf(file)).toEqual([{ location: 'w', bytes: offset + 48, sha1: null }]);
  expect(readModel(file, () => offset + 48).graph.initializers.get('weights')?.shape).toEqual([3, 4]);
  expect(() => readModel(file, () => offset + 47)).toThrow(/tensor ends at byte 2147483701/);
});
