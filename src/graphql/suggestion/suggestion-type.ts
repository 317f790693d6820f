import { Field, ObjectType } from 'type-graphql';
import { registerEnum } from '../schema/register-enum.js';

export enum SuggestionKind {
  LABEL = 'LABEL',
  VOCABULARY = 'VOCABULARY',
}

registerEnum(SuggestionKind, 'SuggestionKind', 'Where a suggested text comes from.', {
  LABEL: 'The label of an output that the caller may see.',
  VOCABULARY: 'The vocabulary that ships with ProbeLog.',
});

@ObjectType({ description: 'A text to search for.' })
export class Suggestion {
  @Field()
  text!: string;

  @Field(() => SuggestionKind)
  kind!: SuggestionKind;
}
