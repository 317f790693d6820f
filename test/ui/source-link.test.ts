import { expect, it } from 'vitest';
import { linkOf } from '../../ui/src/parts/source-link.js';

it.each([
  ['https://models.example.org/a.onnx', 'https://models.example.org/a.onnx'],
  ['hf://owner/name@0123abc', 'https://huggingface.co/owner/name/tree/0123abc'],
  ['hf://owner/name@0123abc/onnx/model.onnx', 'https://huggingface.co/owner/name/tree/0123abc'],
  ['mlflow:/birds/3', null],
  ['/srv/models/a.onnx', null],
  ['javascript:alert(1)', null],
  ['hf://../x@y?<b>', null],
  ['external', null],
])('%s leads to %s', (source, href) => {
  expect(linkOf(source)).toBe(href);
});
