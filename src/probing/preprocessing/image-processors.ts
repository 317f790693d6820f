/** How transformers' image processor classes read their fields. */
export interface ImageProcessor {
  /** The class's own way from `size` to pixels. */
  rule:
    | 'PLAIN'
    | 'CONVNEXT'
    | 'EFFICIENTNET'
    | 'LEVIT'
    | 'MOBILEVIT'
    | 'PERCEIVER'
    | 'POOLFORMER'
    | 'PP_LCNET';
  /** Whether a single number in `size` means both edges; otherwise, the short edge. */
  squareSize: boolean;
  defaults: {
    size: { height: number; width: number } | { shortest_edge: number };
    crop_size?: { height: number; width: number };
    do_center_crop: boolean;
    /** Pillow's id of the filter. */
    resample: number;
    mean: number[];
    std: number[];
  };
  /** Whether `do_flip_channel_order` counts in a class that has no rule for it. */
  readsFlip?: boolean;
  /** The filter that release 4 used by default, where release 5 uses another one. */
  formerResample?: number;
}

const NEAREST = 0;
const BILINEAR = 2;
const BICUBIC = 3;

/** Named as in transformers: `STANDARD` for Inception's halves, `DEFAULT` for ImageNet's statistics. */
const STANDARD = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const DEFAULT = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const CLIP = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] };

const square = (edge: number) => ({ height: edge, width: edge });

/** Stretches to a square. */
function stretched(edge: number, resample: number, statistics: typeof CLIP): ImageProcessor {
  const defaults = { size: square(edge), do_center_crop: false, resample, ...statistics };
  return { rule: 'PLAIN', squareSize: true, defaults };
}

/** Resizes the short edge and crops the center. */
function cropped(
  short: number,
  crop: number,
  resample: number,
  statistics: typeof CLIP,
  rule: ImageProcessor['rule'] = 'PLAIN',
): ImageProcessor {
  const defaults = {
    size: { shortest_edge: short },
    crop_size: square(crop),
    do_center_crop: true,
    resample,
    ...statistics,
  };
  return { rule, squareSize: false, defaults };
}

/** Stretches to a square and crops the center. */
function stretchedAndCropped(
  edge: number,
  crop: number,
  statistics: typeof CLIP,
  rule: ImageProcessor['rule'] = 'PLAIN',
): ImageProcessor {
  const defaults = {
    size: square(edge),
    crop_size: square(crop),
    do_center_crop: true,
    resample: BICUBIC,
    ...statistics,
  };
  return { rule, squareSize: true, defaults };
}

/** The defaults of transformers 5, by class name without its ending. */
export const IMAGE_PROCESSORS: Readonly<Record<string, ImageProcessor>> = {
  Beit: withCropSize(stretched(224, BICUBIC, STANDARD), 224),
  Bit: cropped(224, 224, BICUBIC, CLIP),
  Blip: stretched(384, BICUBIC, CLIP),
  CLIP: cropped(224, 224, BICUBIC, CLIP),
  ChineseCLIP: cropped(224, 224, BICUBIC, CLIP),
  ConvNext: {
    rule: 'CONVNEXT',
    squareSize: false,
    defaults: { size: { shortest_edge: 384 }, do_center_crop: false, resample: BICUBIC, ...STANDARD },
    formerResample: BILINEAR,
  },
  DINOv3ViT: stretched(224, BILINEAR, DEFAULT),
  DeiT: stretchedAndCropped(256, 224, STANDARD),
  EfficientFormer: stretchedAndCropped(224, 224, DEFAULT),
  EfficientNet: {
    ...withCropSize(stretched(346, BICUBIC, STANDARD), 289),
    rule: 'EFFICIENTNET',
    formerResample: NEAREST,
  },
  Gemma3: stretched(224, BILINEAR, STANDARD),
  Levit: cropped(224, 224, BICUBIC, DEFAULT, 'LEVIT'),
  MobileNetV1: cropped(256, 224, BILINEAR, STANDARD),
  MobileNetV2: cropped(256, 224, BILINEAR, STANDARD),
  MobileViT: { ...cropped(224, 256, BICUBIC, STANDARD, 'MOBILEVIT'), formerResample: BILINEAR },
  PPLCNet: {
    rule: 'PP_LCNET',
    squareSize: true,
    defaults: {
      size: square(256),
      crop_size: square(224),
      do_center_crop: true,
      resample: BILINEAR,
      // Applied before the channels are flipped.
      mean: [0.406, 0.456, 0.485],
      std: [0.225, 0.224, 0.229],
    },
  },
  Perceiver: stretchedAndCropped(224, 256, DEFAULT, 'PERCEIVER'),
  PoolFormer: cropped(224, 224, BICUBIC, DEFAULT, 'POOLFORMER'),
  Pvt: { ...stretched(224, BICUBIC, DEFAULT), formerResample: BILINEAR },
  Segformer: stretched(512, BILINEAR, DEFAULT),
  Siglip: { ...stretched(224, BICUBIC, STANDARD), squareSize: false },
  ViT: stretched(224, BILINEAR, STANDARD),
  ViTHybrid: cropped(224, 224, BICUBIC, CLIP),
};

function withCropSize(processor: ImageProcessor, edge: number): ImageProcessor {
  return { ...processor, defaults: { ...processor.defaults, crop_size: square(edge) } };
}

/** Processors of image classifiers that do not give a model one image of one size, and why. */
export const UNSUPPORTED_PROCESSORS: Readonly<Record<string, string>> = {
  Donut: 'it turns and shrinks pages to their own proportions',
  ImageGPT: 'it replaces pixels by the numbers of color clusters',
  Siglip2: 'it cuts images into a varying number of patches',
  TextNet: 'it keeps the proportions of each image',
};
