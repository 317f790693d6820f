import { random } from '../../../src/domain/index.js';

const RESAMPLES = 1_000;
const SEED = 95;

/** The 95 % bootstrap interval of a figure over a sample; the same for the same sample. */
export function bootstrap<T>(
  sample: readonly T[],
  figure: (resample: T[]) => number,
  resamples = RESAMPLES,
): [number, number] {
  const next = random(SEED);
  const figures = Float64Array.from({ length: resamples }, () =>
    figure(sample.map(() => sample[Math.floor(next() * sample.length)])),
  ).sort();
  return [figures[Math.floor(resamples * 0.025)], figures[Math.floor(resamples * 0.975)]];
}
