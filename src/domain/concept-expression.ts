/** How the scores of several concepts make one: all of, any of, none of. */
export interface ExpressionScores {
  all: number[];
  any: number[];
  none: number[];
}

/**
 * The score of an expression: as good as the worst of `all` and the best of `any`, less what `none` reaches. A logit
 * that rejects what is not wanted gains nothing by it: it would pull up what answers to nothing at all.
 *
 * @returns −∞ when neither `all` nor `any` holds anything
 */
export function expressionScore({ all, any, none }: ExpressionScores): number {
  const wanted = Math.min(...all, any.length > 0 ? Math.max(...any) : Number.POSITIVE_INFINITY);
  if (wanted === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return wanted - Math.max(0, ...none);
}
