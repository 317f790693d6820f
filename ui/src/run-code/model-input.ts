/** How a model's images are prepared, as `Model.preprocessing` says; docs/preprocessing.md. */
export interface ModelInput {
  width: number;
  height: number;
  resize: 'STRETCH' | 'CROP' | 'CROP_FIRST' | 'PAD' | 'NONE';
  cropFraction: number;
  shortEdge?: number;
  /** STRETCH: the size after resizing; CROP without `shortEdge`: the size that the resized image covers. */
  target: { width: number; height: number };
  rounding: 'TRANSFORMERS' | 'TORCHVISION' | 'PADDLE';
  resample: 'NEAREST' | 'BOX' | 'BILINEAR' | 'HAMMING' | 'BICUBIC' | 'LANCZOS';
  scale: number;
  mean: number[];
  std: number[];
  /** One sample for each channel. */
  padColor: number[];
  isBgr: boolean;
  isChannelsLast: boolean;
  isGray: boolean;
}

/** A model, as code that runs it needs it. */
export interface RunnableModel {
  input: ModelInput;
  /** The output that was probed; null for the first one, as where the probed one is inside of the model. */
  output: string | null;
  /** Whether that output is behind a softmax or sigmoid that ProbeLog leaves out. */
  givesProbabilities: boolean;
}

const RESIZES = ['STRETCH', 'CROP', 'CROP_FIRST', 'PAD', 'NONE'] as const;
const ROUNDINGS = ['TRANSFORMERS', 'TORCHVISION', 'PADDLE'] as const;
const FILTERS = ['NEAREST', 'BOX', 'BILINEAR', 'HAMMING', 'BICUBIC', 'LANCZOS'] as const;

/** Reads a complete description; null where it is none, as of a model that was never run. */
export function readModelInput(preprocessing: unknown): ModelInput | null {
  if (typeof preprocessing !== 'object' || preprocessing === null) return null;
  const given = preprocessing as Record<string, unknown>;
  const number = (key: string) => (typeof given[key] === 'number' ? given[key] : undefined);
  const numbers = (key: string) => {
    const values = given[key];
    return Array.isArray(values) && values.every((value) => typeof value === 'number')
      ? (values as number[])
      : undefined;
  };
  const width = number('width');
  const height = number('height');
  const resize = RESIZES.find((one) => one === given.resize);
  const resample = FILTERS.find((one) => one === given.resample);
  const scale = number('scale');
  const mean = numbers('mean');
  const std = numbers('std');
  if (!width || !height || !resize || !resample || scale === undefined || !mean || !std) return null;
  const isGray = given.grayscale === true;
  const cropFraction = number('cropFraction') ?? 1;
  const padColor = numbers('padColor') ?? [0];
  return {
    width,
    height,
    resize,
    resample,
    scale,
    mean,
    std,
    isGray,
    cropFraction,
    ...(number('shortEdge') !== undefined && { shortEdge: number('shortEdge') }),
    target: {
      width: number('resizeWidth') ?? Math.round(width / cropFraction),
      height: number('resizeHeight') ?? Math.round(height / cropFraction),
    },
    rounding: ROUNDINGS.find((one) => one === given.rounding) ?? 'TRANSFORMERS',
    padColor: isGray || padColor.length > 1 ? padColor : Array<number>(3).fill(padColor[0] ?? 0),
    isBgr: given.channelOrder === 'BGR',
    isChannelsLast: given.layout === 'NHWC',
  };
}
