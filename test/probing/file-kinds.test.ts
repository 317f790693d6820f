import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeFileKind } from '../../src/probing/worker/onnx/file-kinds.js';
import { readModel } from '../../src/probing/worker/onnx/read-model.js';
import { message } from './support/encode-onnx.js';

const text = (content: string) => Buffer.from(content);
const at4 = (signature: string) =>
  Buffer.concat([Buffer.from([28, 0, 0, 0]), text(signature), Buffer.alloc(64)]);
/** The start of a zip with these names. */
const zip = (...names: string[]) =>
  Buffer.concat(names.flatMap((name) => [text('PK\x03\x04'), Buffer.alloc(26), text(name)]));
const safetensors = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), text('{}')]);
const savedModel = message([
  [1, 1],
  [2, new Uint8Array(16)],
]);

describe('a file that is no ONNX model is named for what it is, with the way to one', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['a zip', zip('model.onnx'), /a zip archive\. Unpack it/],
    ['PyTorch weights', zip('weights/data.pkl'), /PyTorch weights.*torch\.onnx\.export/],
    ['TorchScript', zip('m/data.pkl', 'm/constants.pkl'), /TorchScript/],
    ['torch.export', zip('m/archive_format'), /torch\.export/],
    ['Keras 3', zip('model.weights.h5'), /Keras/],
    ['a pickle', Buffer.from([0x80, 4, 0x95, 0, 0]), /pickle .*never loaded/],
    ['HDF5', Buffer.concat([Buffer.from([0x89]), text('HDF\r\n\x1a\n')]), /HDF5.*Keras.*tf2onnx/],
    ['TensorFlow Lite', at4('TFL3'), /TensorFlow Lite.*tf2onnx/],
    ['ORT', at4('ORTM'), /ONNX Runtime.*\.ort/],
    ['safetensors', safetensors, /safetensors.*optimum-cli/],
    ['gzip', gzipSync('x'), /gzip.*gunzip/],
    ['joblib, compressed', deflateSync('x'), /zlib.*joblib.*skl2onnx/],
    ['a SavedModel', savedModel, /SavedModel.*tf2onnx/],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:0'),
      /Git LFS pointer.*git lfs pull/,
    ],
    ['a TensorRT engine', text('ptrt0000'), /TensorRT/],
    ['an HTML page of Windows', Buffer.from('\uFEFF<html>login</html>', 'utf16le'), /web page.*<html>login/],
    ['an HTML page', text('<!DOCTYPE html>\n<html></html>'), /web page \(HTML\)/],
    ['an HTML page behind a comment', text('<!-- 404 -->\n<html lang="en">'), /web page \(HTML\)/],
    [
      'an XML error',
      text('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
      /XML.*AccessDenied/,
    ],
    ['a JSON error', text('{"error":"Invalid username or password."}'), /JSON.*Invalid username/],
    ['a line of text', text('Entry not found'), /text.*"Entry not found"/],
    ['OpenVINO', text('<?xml version="1.0"?>\n<net name="m" version="11"></net>'), /OpenVINO/],
  ])('%s', (_, bytes, wanted) => {
    expect(describeFileKind(bytes)).toMatch(wanted);
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code: 'MODEL_NOT_ONNX' }));
  });

  it('bytes that tell nothing have no name', () => {
    expect(describeFileKind(Buffer.from([1, 2, 3, 250, 251, 252, 7, 0, 0, 1]))).toBeNull();
  });
});
