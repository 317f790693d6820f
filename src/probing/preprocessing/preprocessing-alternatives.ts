import type { PreprocessingSpec } from './preprocessing-spec.js';

/** Fields in which a description may be wrong. */
export type PixelFields = Pick<PreprocessingSpec, 'scale' | 'mean' | 'std' | 'channelOrder'>;

/** Another way to prepare a model's images. */
export interface PreprocessingAlternative {
  /** For people, such as "0..1, BGR". */
  name: string;
  fields: PixelFields;
}

const RANGES: readonly (readonly [name: string, fields: Omit<PixelFields, 'channelOrder'>])[] = [
  ['0..255', { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] }],
  ['0..1', { scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] }],
  ['-1..1', { scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }],
  ['ImageNet', { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }],
];

/** Differences below it, in values of the model's input, are roundings of one convention. */
const SAME = 0.02;

/**
 * The usual ranges of pixels and both channel orders, without those that the description has already. The geometry stays: a
 * wrong crop costs little, a wrong range everything.
 *
 * @param takesBytes whether the model's input is uint8, which takes pixels as they are
 */
export function preprocessingAlternatives(
  used: PixelFields & Pick<PreprocessingSpec, 'grayscale'>,
  takesBytes: boolean,
): PreprocessingAlternative[] {
  const orders = used.grayscale ? (['RGB'] as const) : (['RGB', 'BGR'] as const);
  const ranges = takesBytes ? [['as they are', used] as const] : RANGES;
  return ranges.flatMap(([name, range]) =>
    orders
      .map((channelOrder) => {
        const { scale, mean, std } = used.grayscale ? ofGray(range) : range;
        return {
          name: used.grayscale ? name : `${name}, ${channelOrder}`,
          fields: { scale, mean, std, channelOrder },
        };
      })
      .filter(({ fields }) => !isSame(fields, used)),
  );
}

/** ImageNet's means and deviations of the channels, averaged. */
function ofGray({ scale, mean, std }: Omit<PixelFields, 'channelOrder'>) {
  const average = (values: readonly number[]) => [
    values.reduce((sum, value) => sum + value, 0) / values.length,
  ];
  return { scale, mean: average(mean), std: average(std) };
}

function isSame(a: PixelFields, b: PixelFields): boolean {
  if (a.channelOrder !== b.channelOrder) return false;
  return [0, 255].every((pixel) =>
    a.mean.every((_, channel) => {
      const [x, y] = [a, b].map(
        ({ scale, mean, std }) => (pixel * scale - (mean[channel] ?? mean[0])) / (std[channel] ?? std[0]),
      );
      return Math.abs(x - y) <= SAME * Math.max(1, Math.abs(y));
    }),
  );
}
