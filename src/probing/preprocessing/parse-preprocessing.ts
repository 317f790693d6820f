import { z } from 'zod';
import { checkPart, edge, means } from './description-fields.js';
import { huggingFacePreprocessing } from './hugging-face.js';
import { isPaddleConfig, paddlePreprocessing } from './paddle.js';
import type { PartialPreprocessing } from './preprocessing-spec.js';
import { isTimmConfig, timmPreprocessing } from './timm.js';

const std = z
  .array(z.number().refine((value) => value !== 0, 'must not be 0'))
  .min(1)
  .max(3);
const channelOrder = z.enum(['RGB', 'BGR']);

const ownSchema = z.strictObject({
  width: edge.optional(),
  height: edge.optional(),
  resize: z.enum(['STRETCH', 'CROP', 'CROP_FIRST', 'PAD', 'NONE']).optional(),
  cropFraction: z.number().gt(0.1).max(1).optional(),
  shortEdge: edge.optional(),
  resizeWidth: edge.optional(),
  resizeHeight: edge.optional(),
  rounding: z.enum(['TRANSFORMERS', 'TORCHVISION', 'PADDLE']).optional(),
  padColor: z.array(z.int().min(0).max(255)).min(1).max(3).optional(),
  resample: z.enum(['NEAREST', 'BOX', 'BILINEAR', 'HAMMING', 'BICUBIC', 'LANCZOS']).optional(),
  scale: z.number().positive().optional(),
  mean: means.optional(),
  std: std.optional(),
  channelOrder: channelOrder.optional(),
  layout: z.enum(['NCHW', 'NHWC']).optional(),
  grayscale: z.boolean().optional(),
});

/** The hub manifest's form: square, cropped, mean and std for pixels scaled to 0..1. */
const manifestSchema = z
  .strictObject({
    size: edge,
    mean: means.optional(),
    std: std.optional(),
    channelOrder: channelOrder.optional(),
    note: z.string().optional(),
  })
  .transform(({ size, note: _, ...rest }): PartialPreprocessing => {
    return { width: size, height: size, resize: 'CROP', resample: 'BILINEAR', scale: 1 / 255, ...rest };
  });

/**
 * Parses a preprocessing description in one of these forms (docs/preprocessing.md):
 *
 * - our own: the fields of `PreprocessingSpec`, all optional
 * - Hugging Face's `preprocessor_config.json` or `processor_config.json`, see `huggingFacePreprocessing`
 * - timm's `config.json`, see `timmPreprocessing`
 * - PaddleX's `inference.yml`, see `paddlePreprocessing`
 * - the hub manifest's: `{ size, mean, std, channelOrder }`, mean and std for pixels scaled to 0..1
 *
 * Missing fields come from the model's input and the documented defaults, see `completePreprocessing`.
 *
 * @throws ProbelogError PREPROCESSING_INVALID that names the field
 */
export function parsePreprocessing(description: unknown): PartialPreprocessing {
  if (typeof description === 'object' && description !== null) {
    if (isPaddleConfig(description)) return paddlePreprocessing(description);
    if (isHuggingFace(description)) return huggingFacePreprocessing(description);
    if (isTimmConfig(description)) return timmPreprocessing(description);
  }
  const schema: z.ZodType<PartialPreprocessing> = isManifest(description) ? manifestSchema : ownSchema;
  return checkPart(schema, description);
}

function isHuggingFace(description: object): boolean {
  if ('size' in description && typeof description.size === 'object') return true;
  return Object.keys(description).some((key) =>
    /^(do_|image_(mean|std|processor)|feature_extractor_type|processor_class)/.test(key),
  );
}

function isManifest(description: unknown): boolean {
  return typeof description === 'object' && description !== null && 'size' in description;
}
