import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { MAX_SUGGESTED_LENGTH } from '../../store/index.js';
import { EVERYDAY_VOCABULARY } from '../../text/index.js';
import { First } from '../pagination/page-arguments.js';
import { checkFirst } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { Suggestion, SuggestionKind } from './suggestion-type.js';

@Resolver()
export class SuggestionResolver {
  @Query(() => [Suggestion], {
    description:
      'Texts to search for that start with a prefix, in any case: first labels of outputs that the caller may see, then words of the vocabulary, each in alphabetical order. Empty for a prefix that is blank or has more than 100 characters.',
  })
  async suggestions(
    @Ctx() { store }: Context,
    @Arg('prefix', { description: 'What the caller has typed.' }) typed: string,
    @First() first: number,
  ): Promise<Suggestion[]> {
    checkFirst(first);
    const prefix = typed.trimStart();
    if (prefix === '' || prefix.length > MAX_SUGGESTED_LENGTH) return [];
    const labels = await store.logits.labelsStarting({ prefix, first });
    const start = prefix.toLowerCase();
    const words = VOCABULARY.filter((word) => word.startsWith(start));
    const texts = new Map<string, Suggestion>();
    for (const text of labels) texts.set(text.toLowerCase(), { text, kind: SuggestionKind.LABEL });
    for (const text of words)
      if (!texts.has(text)) texts.set(text, { text, kind: SuggestionKind.VOCABULARY });
    return [...texts.values()].slice(0, first);
  }
}

/** All in small letters. */
const VOCABULARY = [...EVERYDAY_VOCABULARY].sort();
