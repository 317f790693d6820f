/** ONNX's own operator sets. All operators that ONNX Runtime implements only compute. */
export const STANDARD_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml']);

export const MICROSOFT_DOMAIN = 'com.microsoft';

/** Operators that ONNX Runtime's optimizer writes for one kind of CPU. */
export const NCHWC_DOMAIN = 'com.microsoft.nchwc';

/**
 * Operators of ONNX Runtime's own set that image classifiers use: those that its optimizer and quantizer write.
 *
 * The other operators open files (EPContext), call other runtimes (PythonOp, ATen), generate text or train. They are
 * native code that no classifier needs.
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
  'MatMulBnb4',
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
