/** How the scores of several concepts make one: all of, any of, none of. */
export interface ExpressionScores {
  all: number[];
  any: number[];
  none: number[];
}

/** Which of the wanted concepts an expression's score is that of: the worst of `all` and of the best of `any`. */
export function decidingConcept({
  all,
  any,
}: Omit<ExpressionScores, 'none'>): { of: 'all' | 'any'; index: number } | null {
  const best = any.indexOf(Math.max(...any));
  const worst = all.indexOf(Math.min(...all));
  if (worst < 0) return best < 0 ? null : { of: 'any', index: best };
  return best >= 0 && any[best] < all[worst] ? { of: 'any', index: best } : { of: 'all', index: worst };
}

/**
 * The score of an expression: as good as the worst of `all` and the best of `any`, less what `none` reaches. A logit
 * that rejects what is not wanted gains nothing by it: it would pull up what answers to nothing at all.
 *
 * @returns −∞ when neither `all` nor `any` holds anything
 */
export function expressionScore({ all, any, none }: ExpressionScores): number {
  const positive = Math.min(...all, any.length > 0 ? Math.max(...any) : Number.POSITIVE_INFINITY);
  if (positive === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return positive - Math.max(0, ...none);
}
