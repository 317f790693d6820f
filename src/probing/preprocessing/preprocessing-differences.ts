import type { PartialPreprocessing } from './preprocessing-spec.js';

/** Differences of pixel values below it are roundings of one number, in 0..255 of the image. */
const SAME = 0.5;

/**
 * What of a description's effect on the pixels another one has otherwise, in words; empty when both give the same pixels. The
 * rounding of an odd rest does not count, and neither does how a description says it.
 *
 * @param used the one that is followed
 */
export function preprocessingDifferences(used: PartialPreprocessing, other: PartialPreprocessing): string[] {
  const differences = PARTS.flatMap(([name, shown]) => {
    const [here, there] = [shown(used), shown(other)];
    return here === there ? [] : [`${name} ${there} instead of ${here}`];
  });
  const range = isSameRange(used, other)
    ? []
    : [`values (pixel · ${rangeOf(other)} instead of (pixel · ${rangeOf(used)}`];
  return [...differences, ...range];
}

const PARTS: readonly [name: string, shown: (of: PartialPreprocessing) => string][] = [
  ['size', ({ width, height }) => `${width ?? 'any'} × ${height ?? 'any'}`],
  ['resize', resizing],
  ['resample', ({ resample }) => resample ?? 'BILINEAR'],
  ['channelOrder', ({ channelOrder }) => channelOrder ?? 'RGB'],
  ['layout', ({ layout }) => layout ?? "the model's"],
  ['padColor', ({ padColor }) => (padColor ?? [0]).join(', ')],
  ['grayscale', ({ grayscale }) => String(grayscale ?? false)],
];

function resizing(part: PartialPreprocessing): string {
  const { resize = 'CROP', cropFraction = 1, shortEdge, width, height } = part;
  if (resize === 'CROP_FIRST') return `CROP_FIRST of ${cropFraction}`;
  if (resize !== 'CROP' && resize !== 'STRETCH') return resize;
  const edge = (size: number | undefined) => size && Math.trunc(size / cropFraction);
  const [toWidth, toHeight] = [part.resizeWidth ?? edge(width), part.resizeHeight ?? edge(height)];
  if (resize === 'STRETCH') return `STRETCH to ${toWidth ?? 'any'} × ${toHeight ?? 'any'}`;
  if (shortEdge !== undefined || toWidth === toHeight)
    return `CROP from a short edge of ${shortEdge ?? toWidth}`;
  return `CROP from ${toWidth ?? 'any'} × ${toHeight ?? 'any'}`;
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** The value of a pixel in a channel. */
function pixelValue(part: PartialPreprocessing, pixel: number, channel: number): number {
  const { scale = 1 / 255, mean = IMAGENET.mean, std = IMAGENET.std } = part;
  return (pixel * scale - at(mean, channel)) / at(std, channel);
}

function at(values: readonly number[], channel: number): number {
  return values[values.length === 1 ? 0 : channel] ?? values[0];
}

function isSameRange(one: PartialPreprocessing, other: PartialPreprocessing): boolean {
  return [0, 1, 2].every((channel) => {
    const step = (pixelValue(one, 255, channel) - pixelValue(one, 0, channel)) / 255;
    return [0, 255].every(
      (pixel) =>
        Math.abs(pixelValue(one, pixel, channel) - pixelValue(other, pixel, channel)) <=
        SAME * Math.abs(step),
    );
  });
}

function rangeOf({
  scale = 1 / 255,
  mean = IMAGENET.mean,
  std = IMAGENET.std,
}: PartialPreprocessing): string {
  const shown = (values: readonly number[]) => `[${values.map(short).join(', ')}]`;
  return `${short(scale)} − ${shown(mean)}) / ${shown(std)}`;
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
