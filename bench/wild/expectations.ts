/** What is right for a case, where it is more than that the model comes in. */
export interface Expectation {
  /** The model must be refused with a message that matches. */
  refused?: RegExp;
  /** Either is right: a refusal with a message that matches, or a model that comes in. */
  mayBeRefused?: RegExp;
  outputs?: number;
  /** All labels, or the first ones; null: no labels. */
  labels?: string[] | null;
  /** Some note must match. */
  note?: RegExp;
  multiLabel?: boolean;
  /** A case whose responses must be the same, up to a number per probe (a softmax) and a factor. */
  twin?: string;
}

const CAT_DOG_FROG = ['cat', 'dog', 'frog'];
const TENS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const likePlain: Expectation = { outputs: 10, twin: 'a00_plain' };

/** By case, or by the start of its name. Facts of the README beside the cases; a case that is not named must come in. */
export const EXPECTATIONS: Record<string, Expectation> = {
  a01_: likePlain,
  a02_: { outputs: 10 },
  a03_: likePlain,
  a04_chw: likePlain,
  a08_: { note: /normaliz|range|scal/i, twin: 'z04_keras_rescaling_as_it_wants' },
  a11_: { outputs: 1 },
  a12_: { labels: [], twin: 'z04_customvision_as_its_metadata_says' },
  a13_linearclassifier_zipmap: { outputs: 10, labels: TENS },
  a14_age8_gender2: { refused: /age.*gender|gender.*age/s },
  a14_age_gender: { note: /age/ },
  a14_deit: { note: /distill|cls/i },
  a14_googlenet: { mayBeRefused: /aux/ },
  a14_output_and_embedding: { mayBeRefused: /embedding/ },
  a14_three_binary: { mayBeRefused: /./ },
  a15_dynamic_int8: { note: /one image/i, twin: 'z03_dynamic_int8_batch1' },
  a15_int8_input: { mayBeRefused: /int8/ },
  a15_qlinearsigmoid: { multiLabel: true },
  a15_uint8_output: { mayBeRefused: /uint8/ },
  a16_: likePlain,
  a17_: likePlain,
  a18_: { labels: [], twin: 'z04_ultralytics_as_it_does' },
  a19_opset1_: { refused: /operator set/ },
  a19_opset6_: { refused: /operator set/ },
  a19_: likePlain,
  a20_bf16_weights: { refused: /bfloat16/ },
  a20_bf16_weights_cast: {},
  a21_contrib_decode: { refused: /[Dd]ecode/ },
  a21_imagescaler: { note: /./ },
  a21_nchwc: { refused: /nchwc|layout/i },
  a22_exp: likePlain,
  a22_logsoftmax: likePlain,
  a22_softmax: likePlain,
  a22_temperature: { outputs: 10, twin: 'a00_plain' },
  a22_sigmoid: { multiLabel: true, outputs: 10 },
  a22_topk: { mayBeRefused: /TopK/ },
  a23_clip: { refused: /input_ids|text/ },
  a23_text: { refused: /input_ids|text/ },
  a23_embedding: { refused: /embedding/ },
  a23_segmenter: { refused: /segment/i },
  a23_ssd: { refused: /detect/i },
  a23_yolo: { refused: /detect/i },
  a24_: { mayBeRefused: /batch/, note: /one image/i, twin: 'z03_batchnorm_training_batch1' },
  a26_: { refused: /keep_prob/ },
  a29_bf16: { refused: /bfloat16/ },
  a29_float64_input: { mayBeRefused: /float64|double/ },
  a29_int32_input: { mayBeRefused: /int32/ },
  a30_: { refused: /channels/ },
  a35_: { mayBeRefused: /shape/ },
  a39_dynamo_function_sigmoid: { multiLabel: true },
  e10_multilabel: { multiLabel: true, outputs: 2, labels: [] },
  'f_kinds/customvision_export.zip': { mayBeRefused: /zip/i },
  'f_kinds/weights.pt': { refused: /PyTorch/ },
  'f_kinds/model.h5': { refused: /HDF5|Keras/ },
  'f_kinds/saved_model.pb': { refused: /TensorFlow/ },
  'f_kinds/model.tflite': { refused: /TFLite|LiteRT|TensorFlow Lite/ },
  'f_kinds/model.safetensors': { refused: /safetensors/ },
  'f_kinds/model.ort': { refused: /\.ort/ },
  'f_kinds/model.onnx.gz': { refused: /gzip/ },
  'f_kinds/lfs.onnx': { refused: /git lfs pull/ },
  'f_kinds/error.onnx': { refused: /JSON|text|HTML/ },
  'f_kinds/xml.onnx': { refused: /XML/ },
  'f_kinds/entry.onnx': { refused: /text|HTML|JSON/ },
  'f_kinds/cut.onnx': { refused: /truncated/ },
  l01_: { labels: CAT_DOG_FROG },
  l02_: { labels: null, note: /config\.json.*2.*3/s },
  l03_: { labels: ['0', '1', '2'] },
  l04_: { labels: CAT_DOG_FROG },
  l05_: { labels: CAT_DOG_FROG },
  l06_: { labels: CAT_DOG_FROG },
  l07_: { labels: CAT_DOG_FROG },
  l08_: { labels: CAT_DOG_FROG },
  l09_: { labels: null, note: /config\.json/ },
  l10_: { labels: CAT_DOG_FROG },
  p02_convnext_no_crop_pct: { mayBeRefused: /crop_pct/ },
  p15_timm_config: { labels: ['class 0', 'class 1'] },
  p28_default: { note: /./ },
  p29_uint8_with_mean: { note: /mean|std/ },
  p31_: { refused: /preprocessor_config\.json/ },
  p32_: { refused: /size/ },
  p34_: { mayBeRefused: /size/ },
  p35_: { mayBeRefused: /mean|std/ },
  p36_: { mayBeRefused: /size/ },
  'r-argmax': { mayBeRefused: /ArgMax/, twin: 'a00_plain' },
  'r-labels-numbered': { labels: ['cat', 'guinea pig', 'frog'] },
  'r-paddlex': { outputs: 192 },
  'r-resize': { note: /./ },
  'r-triton': { labels: CAT_DOG_FROG },
  z01_: { labels: CAT_DOG_FROG },
};

/** The expectation of the longest name that a case starts with. */
export function expectationOf(name: string): Expectation {
  const [best] = Object.keys(EXPECTATIONS)
    .filter((start) => name.startsWith(start))
    .sort((a, b) => b.length - a.length);
  return EXPECTATIONS[best] ?? {};
}
