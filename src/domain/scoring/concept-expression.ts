/** The scores of an expression's concepts: all of, any of, none of. */
export interface ExpressionScores {
  all: number[];
  any: number[];
  none: number[];
}

/** The concept that determines an expression's score: the lowest of `all` and of the best of `any`. */
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
 * The score of an expression: the minimum of all `all` scores and the best `any` score, minus the largest positive `none`
 * score. A negative `none` score adds nothing, since it would promote logits that respond to nothing.
 *
 * @returns −∞ when `all` and `any` are both empty
 */
export function expressionScore({ all, any, none }: ExpressionScores): number {
  const positive = Math.min(...all, any.length > 0 ? Math.max(...any) : Number.POSITIVE_INFINITY);
  if (positive === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return positive - Math.max(0, ...none);
}
