import { Field, Float, ObjectType } from 'type-graphql';
import { Logit } from '../logit/logit-type.js';

@ObjectType({ description: 'How similar every logit of one model is to every logit of another.' })
export class SimilarityMatrix {
  @Field(() => [Logit], { description: 'Logits of the first model, in output order.' })
  rows!: Logit[];

  @Field(() => [Logit], { description: 'Logits of the second model, in output order.' })
  columns!: Logit[];

  /** `refineSimilarityValues` makes its lists `[[Float]!]!`. */
  @Field(() => [[Float]], {
    description:
      'Cosines of the descriptors, −1 to 1: a list for each row, with a value for each column. Null where a logit is degenerate.',
  })
  values!: (number | null)[][];
}
