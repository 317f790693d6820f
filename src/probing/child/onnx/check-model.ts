import { ProbelogError } from '../../../errors/index.js';
import type { OnnxModel, OnnxNode } from './model.js';

/** Operator sets that ONNX Runtime implements for inference. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

/**
 * Refuses what cannot or must not be run: weights outside the file (ONNX Runtime would open any path that the model
 * names) and operators that ONNX Runtime does not have.
 *
 * @throws ProbelogError MODEL_EXTERNAL_DATA, MODEL_UNSUPPORTED
 */
export function checkModel(model: OnnxModel): void {
  if (model.externalTensor !== null)
    throw new ProbelogError(
      'MODEL_EXTERNAL_DATA',
      `The tensor "${model.externalTensor}" keeps its data outside the model file. Save the model in one file.`,
      { tensor: model.externalTensor },
    );
  const own = new Set(model.functions.map(({ domain, name }) => `${domain}\n${name}`));
  checkNodes(model.graph.nodes, own);
  for (const { nodes } of model.functions) checkNodes(nodes, own);
}

function checkNodes(nodes: OnnxNode[], own: Set<string>): void {
  for (const { operator, domain, subgraphs } of nodes) {
    if (!KNOWN_DOMAINS.has(domain) && !own.has(`${domain}\n${operator}`))
      throw new ProbelogError(
        'MODEL_UNSUPPORTED',
        `The operator "${operator}" of the operator set "${domain}" is not one of ONNX Runtime's.`,
        { operator, domain },
      );
    for (const subgraph of subgraphs) checkNodes(subgraph.nodes, own);
  }
}
