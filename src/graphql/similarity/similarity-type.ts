import { Field, Float, ObjectType } from 'type-graphql';
import { Logit } from '../logit/logit-type.js';

@ObjectType({ description: 'How similar every logit of one model is to every logit of another.' })
export class SimilarityMatrix {}

@ObjectType({ description: 'A logit that no logit of another model resembles much.' })
export class UnmatchedLogit {
  @Field(() => Logit)
  node!: Logit;

  @Field(() => Logit, { description: 'The logit of the other model that is the most similar.' })
  nearest!: Logit;

  @Field(() => Float, { description: 'Cosine of their descriptors, −1 to 1.' })
  cosine!: number;
}
