import type { RunQuality } from './compare-runs.js';

/**
 * Agreements of a few images are noise: of 30, one right preprocessing in five looks clearly worse than an alternative
 * (docs/preprocessing.md has the figures behind these numbers).
 */
export const MIN_TELLING_IMAGES = 100;
/** Networks without training have less agreement, however their images are prepared; most that are trained have more. */
const MIN_AGREEMENT = 0.15;
/** An alternative is better when the agreement of the description is less than this share of it … */
const MAX_SHARE = 0.75;
/** … and less by this many standard errors of a correlation, 1/√images. */
const MIN_LEAD = 1;

/** Less than any agreement where there is none. */
export function agreementOf({ agreement }: Partial<RunQuality>): number {
  return agreement !== undefined && Number.isFinite(agreement) ? agreement : Number.NEGATIVE_INFINITY;
}

/** Why agreements do not tell which preprocessing is right; null when they do. */
export function doubtAbout(agreements: readonly number[], images: number): string | null {
  if (images < MIN_TELLING_IMAGES)
    return `${images} images are too few to tell which preprocessing is right; it takes ${MIN_TELLING_IMAGES}.`;
  if (Math.max(...agreements) < MIN_AGREEMENT)
    return `No preprocessing has an agreement of ${MIN_AGREEMENT}, so the figures do not tell which one is right.`;
  return null;
}

/** Whether one preprocessing suits a model clearly better than another, where there is no doubt about the figures. */
export function isClearlyBetter(
  one: Partial<RunQuality>,
  other: Partial<RunQuality>,
  images: number,
): boolean {
  const [better, worse] = [agreementOf(one), agreementOf(other)];
  const lead = MIN_LEAD / Math.sqrt(images);
  return better >= MIN_AGREEMENT && worse < MAX_SHARE * better && better - worse >= lead;
}
