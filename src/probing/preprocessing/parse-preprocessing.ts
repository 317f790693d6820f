import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import { huggingFaceSchema } from './hugging-face.js';
import type { PartialPreprocessing } from './preprocessing-spec.js';

const edge = z.int().min(1).max(4096);
const mean = z.array(z.number()).min(1).max(3);
const std = z
  .array(z.number().refine((value) => value !== 0, 'must not be 0'))
  .min(1)
  .max(3);
const channelOrder = z.enum(['RGB', 'BGR']);

const ownSchema = z.strictObject({
  width: edge.optional(),
  height: edge.optional(),
  resize: z.enum(['STRETCH', 'CROP', 'PAD']).optional(),
  cropFraction: z.number().gt(0.1).max(1).optional(),
  resample: z.enum(['NEAREST', 'BILINEAR', 'BICUBIC', 'LANCZOS']).optional(),
  scale: z.number().positive().optional(),
  mean: mean.optional(),
  std: std.optional(),
  channelOrder: channelOrder.optional(),
  layout: z.enum(['NCHW', 'NHWC']).optional(),
  grayscale: z.boolean().optional(),
});

/** The hub manifest's form: square, cropped, mean and std for pixels scaled to 0..1. */
const manifestSchema = z
  .strictObject({
    size: edge,
    mean: mean.optional(),
    std: std.optional(),
    channelOrder: channelOrder.optional(),
    note: z.string().optional(),
  })
  .transform(({ size, note: _, ...rest }): PartialPreprocessing => {
    return { width: size, height: size, resize: 'CROP', resample: 'BILINEAR', scale: 1 / 255, ...rest };
  });

/**
 * Parses a preprocessing description in one of three forms:
 *
 * - our own: the fields of {@link PreprocessingSpec}, all optional
 * - Hugging Face's `preprocessor_config.json`, see `huggingFaceSchema`
 * - the hub manifest's: `{ size, mean, std, channelOrder }`, mean and std for pixels scaled to 0..1
 *
 * Missing fields come from the model's input and the documented defaults, see `completePreprocessing`.
 *
 * @throws ProbelogError PREPROCESSING_INVALID that names the field
 */
export function parsePreprocessing(json: unknown): PartialPreprocessing {
  const parsed = schemaFor(json).safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue.path.join('.');
  throw new ProbelogError(
    'PREPROCESSING_INVALID',
    `The preprocessing description is invalid${field && ` at "${field}"`}: ${issue.message}.`,
    { field },
  );
}

function schemaFor(json: unknown): z.ZodType<PartialPreprocessing> {
  if (typeof json !== 'object' || json === null) return ownSchema;
  const isHuggingFace = Object.keys(json).some((key) =>
    /^(do_|image_|feature_extractor|processor_)/.test(key),
  );
  if (isHuggingFace || ('size' in json && typeof json.size === 'object')) return huggingFaceSchema;
  return 'size' in json ? manifestSchema : ownSchema;
}
