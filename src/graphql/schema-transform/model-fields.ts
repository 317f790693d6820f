/** Fields of our Model that are added to somebody else's type. The others say what their owner knows better. */
export const ADDED_FIELDS: readonly string[] = ['logits', 'recognises', 'probing', 'summary'];
