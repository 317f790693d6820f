import { FLOAT, message, model, node, value } from './encode-onnx.js';
import { meanColorGraph, WEIGHTS } from './made-models.js';

/** Where a made model says that its weights are. */
export interface Place {
  location: string;
  offset?: string;
  length?: string;
  checksum?: string;
}

/** TensorProto of float32 whose data is in another file. */
export function externalFloats(name: string, shape: number[], place: Place): Uint8Array {
  const entries = Object.entries(place).map(([key, text]): [number, Uint8Array] => [
    13,
    message([
      [1, key],
      [2, text],
    ]),
  ]);
  return message([...shape.map((d): [number, number] => [1, d]), [2, FLOAT], [8, name], ...entries, [14, 1]]);
}

/** The weights of {@link externalMeanColor}, behind some other bytes. */
export const PADDING = 16;
export function dataFile(factor = 1): Buffer {
  const values = Float32Array.from(WEIGHTS, (weight) => weight * factor);
  return Buffer.concat([Buffer.alloc(PADDING), Buffer.from(values.buffer)]);
}

/** `meanColor` behind a softmax, with its weights in another file. */
export function externalMeanColor(place: Place): Uint8Array {
  const plain = meanColorGraph({});
  const whole = { offset: String(PADDING), length: '48', ...place };
  return model({
    ...plain,
    nodes: [...plain.nodes, node('Softmax', ['logits'], ['probabilities'])],
    outputs: [value('probabilities', FLOAT, ['N', 4])],
    initializers: [externalFloats('weights', [3, 4], whole)],
  });
}
