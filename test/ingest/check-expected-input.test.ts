import { expect, it } from 'vitest';
import { checkExpectedInput } from '../../src/ingest/pipeline/check-expected-input.js';

const IMAGENET = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const UNIT = { scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] };
const PIXELS = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

const SPEC = {
  width: 224,
  height: 224,
  resize: 'STRETCH',
  resample: 'BILINEAR',
  channelOrder: 'RGB',
} as const;
const INPUT = {
  name: 'x',
  layout: 'NCHW',
  type: 'float32',
  width: 224,
  height: 224,
  channels: 3,
  batch: null,
} as const;
const check = (
  range: [number, number] | null,
  preprocessing: typeof UNIT,
  expected: (number | null)[] | null = null,
) =>
  checkExpectedInput([{ where: 'The example', shape: expected, range }], {
    input: INPUT,
    preprocessing: { ...SPEC, ...preprocessing },
  });

it.each([
  ['normalized', [-2.1, 2.6], IMAGENET],
  ['normalized noise', [-4.3, 4.5], IMAGENET],
  ['from 0 to 1', [0.01, 0.98], UNIT],
  ['pixels', [0, 251], PIXELS],
  ['of one color', [0, 0], IMAGENET],
  ['dark pixels, or not', [0, 9], UNIT],
] as const)(
  'says nothing of an example that is %s, as the preprocessing has it',
  (_, range, preprocessing) => {
    expect(check([...range], preprocessing)).toEqual([]);
  },
);

it.each([
  [
    'pixels',
    [0, 255],
    IMAGENET,
    'from 0 to 255, but images are given to the model as values from -2.12 to 2.64.',
  ],
  ['pixels', [0, 255], UNIT, 'from 0 to 255, but images are given to the model as values from 0 to 1.'],
  ['from 0 to 1', [0, 1], PIXELS, 'from 0 to 1, but images are given to the model as values from 0 to 255.'],
  ['from 0 to 1', [0.1, 0.9], IMAGENET, 'from 0.1 to 0.9, but'],
  ['normalized', [-1, 1], UNIT, 'from -1 to 1, but'],
] as const)(
  'says that an example is %s and the preprocessing gives others',
  (_, range, preprocessing, text) => {
    expect(check([...range], preprocessing)).toEqual([expect.stringContaining(text)]);
  },
);

it('takes the pixels themselves for what a uint8 input gets', () => {
  const actual = { input: { ...INPUT, type: 'uint8' } as const, preprocessing: { ...SPEC, ...IMAGENET } };
  expect(checkExpectedInput([{ where: 'The example', shape: null, range: [0, 250] }], actual)).toEqual([]);
});

it.each([
  [[1, 3, 224, 224], true],
  [[-1, 3, 224, 224], true],
  [[3, 224, 224], true],
  [[null, null, 224, 224], true],
  [[16, 3, -1, -1], true],
  [[1, 224, 224, 3], false],
  [[1, 3, 32, 32], false],
  [[224, 224], false],
])('a shape of %j fits: %s', (expected, fits) => {
  const notes = check(null, UNIT, expected);
  expect(notes.length === 0).toBe(fits);
  if (!fits)
    expect(notes[0]).toMatch(
      /^INPUT_MISMATCH: The example has the shape .*, but images are given to the model as \?×3×224×224\.$/,
    );
});
