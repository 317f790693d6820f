import { z } from 'zod';
import { note } from '../../lib/notes.js';
import { checkPart, deviations, edge, invalidPreprocessing, means } from './description-fields.js';
import type { PartialPreprocessing } from './preprocessing-spec.js';

const size = z.union([edge.transform((value) => [value, value]), z.array(edge).length(2)]);
/** Older files have an expression, such as `1.0/255.0`. */
const scale = z.union([
  z.number(),
  z
    .string()
    .regex(/^\s*\d+(\.\d*)?\s*(\/\s*\d+(\.\d*)?\s*)?$/)
    .transform((text) => {
      const [value, divisor = 1] = text.split('/').map(Number);
      return value / divisor;
    }),
]);

const operations = {
  DecodeImage: z.looseObject({}).nullable(),
  ResizeImage: z.looseObject({ resize_short: edge.optional(), size: size.optional() }),
  CropImage: z.looseObject({ size }),
  NormalizeImage: z.looseObject({
    scale: scale.nullish(),
    mean: means,
    std: deviations,
  }),
  ToCHWImage: z.unknown(),
  KeepKeys: z.unknown(),
};

const fileSchema = z.looseObject({
  PreProcess: z.looseObject({ transform_ops: z.array(z.record(z.string(), z.unknown())).max(20) }),
});

/** Whether a YAML file is PaddleX's `inference.yml`. */
export function isPaddleConfig(yaml: object): boolean {
  return 'PreProcess' in yaml;
}

/**
 * PaddleX's `inference.yml`: the list `PreProcess.transform_ops` of an image classifier.
 *
 * Paddle resizes with OpenCV, without antialiasing; here, images are antialiased as with every other description.
 *
 * @throws ProbelogError PREPROCESSING_INVALID that names the operation
 */
export function paddlePreprocessing(yaml: object): PartialPreprocessing {
  const file = fileSchema.safeParse(yaml);
  if (!file.success) throw invalidPreprocessing('PreProcess.transform_ops', file.error.issues[0].message);
  const part: PartialPreprocessing = {
    resample: 'BILINEAR',
    rounding: 'PADDLE',
    channelOrder: 'RGB',
    scale: 1,
    mean: [0],
    std: [1],
    assumptions: [
      note('READING_CHOSEN', 'Paddle resizes without antialiasing; the images were antialiased.'),
    ],
  };
  for (const [name, given] of file.data.PreProcess.transform_ops.flatMap((operation) =>
    Object.entries(operation),
  )) {
    if (!Object.hasOwn(operations, name))
      throw invalidPreprocessing(`PreProcess.transform_ops.${name}`, 'is an operation that is not supported');
    const schema: z.ZodType<unknown> = operations[name as keyof typeof operations];
    const settings = checkPart(schema, given, 'PreProcess', 'transform_ops', name);
    Object.assign(part, effectOf(name, settings as object));
  }
  return part;
}

function effectOf(name: string, settings: object): PartialPreprocessing {
  if (name === 'ResizeImage') {
    const { resize_short: shortEdge, size: both } = settings as z.infer<typeof operations.ResizeImage>;
    if (shortEdge !== undefined) return { resize: 'CROP', shortEdge, width: shortEdge, height: shortEdge };
    if (both === undefined)
      throw invalidPreprocessing('PreProcess.transform_ops.ResizeImage', 'needs resize_short or size');
    const [width, height] = both;
    return { resize: 'STRETCH', width, height, resizeWidth: width, resizeHeight: height };
  }
  if (name === 'CropImage') {
    const [width, height] = (settings as z.infer<typeof operations.CropImage>).size;
    return { width, height };
  }
  if (name === 'NormalizeImage') {
    const { scale: factor, mean, std } = settings as z.infer<typeof operations.NormalizeImage>;
    return { scale: factor ?? 1 / 255, mean, std };
  }
  return {};
}
