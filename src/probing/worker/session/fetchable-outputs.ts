import type { OnnxGraph } from '../onnx/model.js';

/** TensorProto.DataType of float32, float16 and float64. */
const FLOATS = [1, 10, 11];

/**
 * The declared outputs that may turn out to be [N, C]. The others (feature maps, class numbers) are never fetched: they
 * can be large, or no tensors at all.
 */
export function fetchableOutputs(graph: OnnxGraph): string[] {
  return graph.outputs
    .filter(({ elementType, shape }) => {
      if (elementType !== null && !FLOATS.includes(elementType)) return false;
      if (shape === null) return true;
      const extended = shape.slice(1).filter((dimension) => typeof dimension === 'number' && dimension > 1);
      return shape.length >= 2 && extended.length <= 1;
    })
    .map(({ name }) => name);
}
