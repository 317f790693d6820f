/** Operators of these sets are ONNX's own: all that ONNX Runtime implements compute, and do nothing else. */
export const STANDARD_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml']);

export const MICROSOFT_DOMAIN = 'com.microsoft';

/**
 * Operators of ONNX Runtime's own set that image classifiers consist of: what its optimizer and quantizer write.
 *
 * The rest of that set is left out: it opens files (EPContext), calls into other runtimes (PythonOp, ATen), generates text or
 * only trains, and is native code that no classifier needs.
 */
export const MICROSOFT_OPERATORS: ReadonlySet<string> = new Set([
  'Attention',
  'BiasAdd',
  'BiasGelu',
  'BiasSoftmax',
  'BiasSplitGelu',
  'DequantizeLinear',
  'DynamicQuantizeMatMul',
  'FastGelu',
  'FusedConv',
  'FusedGemm',
  'FusedMatMul',
  'FusedMatMulActivation',
  'Gelu',
  'GroupNorm',
  'MatMulIntegerToFloat',
  'MatMulNBits',
  'MultiHeadAttention',
  'NhwcConv',
  'NhwcFusedConv',
  'NhwcMaxPool',
  'Pad',
  'QAttention',
  'QGemm',
  'QLinearAdd',
  'QLinearAveragePool',
  'QLinearConcat',
  'QLinearConv',
  'QLinearGlobalAveragePool',
  'QLinearLeakyRelu',
  'QLinearMul',
  'QLinearReduceMean',
  'QLinearSigmoid',
  'QLinearSoftmax',
  'QLinearWhere',
  'QuantizeLinear',
  'QuickGelu',
  'RelativePositionBias',
  'SkipGroupNorm',
  'SkipLayerNormalization',
  'SkipSimplifiedLayerNormalization',
  'TransposeMatMul',
]);
