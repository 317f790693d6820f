/** Endings of the names of variants in fewer bits, the most exact first, as the Hub's tools write them. */
const VARIANTS = ['fp16', 'quantized', 'int8', 'uint8', 'q8', 'q4f16', 'q4', 'bnb4'];
const VARIANT = new RegExp(`_(${VARIANTS.join('|')})\\.onnx$`);

/** The file, or why none can be told apart. */
export type Choice = { path: string } | { problem: string };

/**
 * Which file of a repository is the model: `onnx/model.onnx`; else `model.onnx`; else the only `.onnx` file that is no
 * variant in fewer bits; else, where there are variants only, those of `onnx/model` or `model` in the order of their
 * exactness, or the only one.
 */
export function chooseFile(paths: readonly string[]): Choice {
  const models = paths.filter((path) => path.endsWith('.onnx'));
  if (models.length === 0) return { problem: 'it has no .onnx file' };
  for (const usual of ['onnx/model.onnx', 'model.onnx']) if (models.includes(usual)) return { path: usual };
  const whole = models.filter((path) => !VARIANT.test(path));
  if (whole.length > 1)
    return { problem: `it has ${whole.length} .onnx files, and none is called model.onnx` };
  if (whole.length === 1) return { path: whole[0] };
  for (const variant of VARIANTS) {
    for (const stem of ['onnx/model', 'model']) {
      const path = `${stem}_${variant}.onnx`;
      if (models.includes(path)) return { path };
    }
  }
  return models.length === 1
    ? { path: models[0] }
    : { problem: `it has ${models.length} quantized .onnx files, and none is called model` };
}
