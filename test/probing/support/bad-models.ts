import { attribute, BOOL, FLOAT, graph, INT64, ints, node, tensor, value } from './encode-onnx.js';
import { meanColor } from './made-models.js';

const ANSWER = [value('answer', FLOAT, ['N', 4])];

/** Loops practically for ever inside ONNX Runtime. */
export function endless(): Uint8Array {
  const body = graph({
    nodes: [node('Identity', ['going'], ['goes']), node('Add', ['x', 'x'], ['next'])],
    inputs: [value('turn', INT64, []), value('going', BOOL, []), value('x', FLOAT, ['N', 4])],
    outputs: [value('goes', BOOL, []), value('next', FLOAT, ['N', 4])],
  });
  return meanColor({
    tail: {
      nodes: [node('Loop', ['turns', 'go', 'logits'], ['answer'], [attribute('body', { graph: body })])],
      outputs: ANSWER,
      initializers: [ints('turns', [2 ** 50], []), tensor('go', BOOL, [], Uint8Array.of(1))],
    },
  });
}

/** Fills a tensor of so many floats when it runs. */
export function hungry(elements: number): Uint8Array {
  return meanColor({
    tail: {
      nodes: [
        // Its size depends on the image, so that it cannot be made before the model runs.
        node('Shape', ['image'], ['shape']),
        node('Gather', ['shape', 'second'], ['three']),
        node('Mul', ['three', 'third'], ['elements']),
        node('ConstantOfShape', ['elements'], ['zeros']),
        node('ReduceSum', ['zeros'], ['sum'], [attribute('keepdims', 0)]),
        node('Add', ['logits', 'sum'], ['answer']),
      ],
      outputs: ANSWER,
      initializers: [ints('second', [1]), ints('third', [Math.ceil(elements / 3)])],
    },
  });
}
