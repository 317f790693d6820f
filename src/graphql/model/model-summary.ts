/** The best name of one output, without a confidence in a small gallery; null for an output without a descriptor. */
export type BestName = { text: string; confidence: number | null } | null;

/** From here on a name is stated. */
const SURE = 0.5;
const MAX_NAMES = 12;

/**
 * What a model recognizes, as one paragraph for a model card: names of the vocabulary that its outputs answer to, those
 * of which it has the most and surest outputs first. Labels have no part in it.
 */
export function modelSummary(names: BestName[]): string {
  const total = plural(names.length, 'output');
  if (names.some((name) => name?.confidence === null)) {
    return `An image classifier with ${total}. The gallery holds too few logits to tell what it recognizes.`;
  }
  const weights = new Map<string, { outputs: number; weight: number }>();
  for (const name of names) {
    if (!name || name.confidence === null || name.confidence < SURE) continue;
    const { outputs, weight } = weights.get(name.text) ?? { outputs: 0, weight: 0 };
    weights.set(name.text, { outputs: outputs + 1, weight: weight + name.confidence });
  }
  const named = [...weights].sort(([a, x], [b, y]) => y.weight - x.weight || a.localeCompare(b));
  if (named.length === 0) {
    return `An image classifier with ${total}. None answers clearly to a concept of the vocabulary.`;
  }
  const listed = named
    .slice(0, MAX_NAMES)
    .map(([text, { outputs }]) => (outputs > 1 ? `${text} (${outputs} outputs)` : text));
  const more = named.length > MAX_NAMES ? ` and ${plural(named.length - MAX_NAMES, 'other concept')}` : '';
  const sure = [...weights.values()].reduce((sum, { outputs }) => sum + outputs, 0);
  return `An image classifier with ${total}. By its responses it recognizes most clearly: ${listed.join(', ')}${more}. ${plural(names.length - sure, 'output')} could not be named with a confidence of ${SURE} or more.`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
