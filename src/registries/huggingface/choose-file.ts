/** Suffixes that the Hub's tools give to quantized variants, the most precise first. */
const VARIANTS = ['fp16', 'quantized', 'int8', 'uint8', 'q8', 'q4f16', 'q4', 'bnb4'];
const VARIANT = new RegExp(`_(${VARIANTS.join('|')})\\.onnx$`);

/** The chosen file, or why there is no clear choice. */
export type Choice = { path: string } | { problem: string };

/**
 * Chooses the model file of a repository: `onnx/model.onnx`; else `model.onnx`; else the only `.onnx` file that is not a
 * quantized variant. A repository with variants only: the most precise variant of `onnx/model` or `model`, or the only one.
 */
export function chooseFile(paths: readonly string[]): Choice {
  const models = paths.filter((path) => path.endsWith('.onnx'));
  if (models.length === 0) return { problem: 'it has no .onnx file' };
  for (const usual of ['onnx/model.onnx', 'model.onnx']) if (models.includes(usual)) return { path: usual };
  const whole = models.filter((path) => !VARIANT.test(path));
  if (whole.length > 1)
    return { problem: `it has ${whole.length} .onnx files, and none is named model.onnx` };
  if (whole.length === 1) return { path: whole[0] };
  for (const variant of VARIANTS) {
    for (const stem of ['onnx/model', 'model']) {
      const path = `${stem}_${variant}.onnx`;
      if (models.includes(path)) return { path };
    }
  }
  return models.length === 1
    ? { path: models[0] }
    : { problem: `it has ${models.length} quantized .onnx files, and none is named model` };
}

/** The name of the model that this one may be a quantized variant of. */
export function withoutVariant(path: string): string {
  return path.replace(VARIANT, '.onnx');
}
