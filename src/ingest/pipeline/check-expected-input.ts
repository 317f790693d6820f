import { note } from '../../lib/notes.js';
import type { ProbeRun } from '../../probing/index.js';
import type { ExpectedInput } from '../sources/remote-sources.js';

/** What images are given to the model as. */
export type ActualInput = Pick<ProbeRun['inspected'], 'input' | 'preprocessing'>;

/** Values above this are pixels that no mean and no standard deviation were applied to, or not those of a usual description. */
const MAX_NORMALIZED = 16;

type Range = readonly [min: number, max: number];

/** For `Model.notes`: what a registry says of a model's input and is not so. */
export function checkExpectedInput(expected: readonly ExpectedInput[], actual: ActualInput): string[] {
  const given = shapeOf(actual);
  return expected.flatMap(({ where, shape, range }) => [
    ...(shape !== null && !fits(shape, given)
      ? [
          note(
            'INPUT_MISMATCH',
            `${where} has the shape ${shown(shape)}, but images are given to the model as ${shown(given)}.`,
          ),
        ]
      : []),
    ...(range !== null ? rangeNote(where, range, rangeOf(actual)) : []),
  ]);
}

function shapeOf({ input: { layout, batch, channels, height, width } }: ActualInput): (number | null)[] {
  return layout === 'NCHW' ? [batch, channels, height, width] : [batch, height, width, channels];
}

/** Compares from the last dimension on: an example may lack the batch. The first one is the batch, of any size. */
function fits(expected: readonly (number | null)[], actual: readonly (number | null)[]): boolean {
  if (actual.length - expected.length > 1 || expected.length > actual.length) return false;
  for (let back = 1; back < actual.length && back <= expected.length; back++) {
    const [one, other] = [expected.at(-back), actual.at(-back)];
    const areKnown = typeof one === 'number' && typeof other === 'number' && one > 0 && other > 0;
    if (areKnown && one !== other) return false;
  }
  return true;
}

function rangeNote(where: string, expected: Range, actual: Range): string[] {
  const [one, other] = [kindOf(expected), kindOf(actual)];
  if (one === null || other === null || one === other) return [];
  return [
    note(
      'INPUT_MISMATCH',
      `${where} has values from ${rounded(expected[0])} to ${rounded(expected[1])}, but images are given to the model as values from ${rounded(actual[0])} to ${rounded(actual[1])}. If the example is an image, correct scale, mean and std of the preprocessing.`,
    ),
  ];
}

/** A uint8 input gets the pixels themselves. */
function rangeOf({ input, preprocessing: { scale, mean, std } }: ActualInput): Range {
  if (input.type === 'uint8') return [0, 255];
  const ends = mean.flatMap((center, channel) =>
    [0, 255].map((pixel) => (pixel * scale - center) / (std[channel] ?? 1)),
  );
  return [Math.min(...ends), Math.max(...ends)];
}

/** Null when a range could be of several kinds, as that of an image of one color. */
function kindOf([min, max]: Range): 'PIXELS' | 'UNIT' | 'CENTERED' | null {
  if (min === max) return null;
  if (max > MAX_NORMALIZED || min < -MAX_NORMALIZED) return 'PIXELS';
  if (min < -0.01) return 'CENTERED';
  return max <= 1.01 ? 'UNIT' : null;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(2)));
}

function shown(shape: readonly (number | null)[]): string {
  return shape.map((size) => (typeof size === 'number' && size > 0 ? size : '?')).join('×');
}
