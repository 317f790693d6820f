import { Field, Float, ObjectType } from 'type-graphql';
import { WithExpectedAccuracy } from './expected-accuracy.js';
import { Logit } from './logit-type.js';

@ObjectType({
  description: 'How well one model recognizes a concept: what its best logit has in `logits(concept:)`.',
})
export class Recognition extends WithExpectedAccuracy {
  @Field(() => Float, { description: 'Higher is better; comparable between models, for one concept.' })
  score!: number;

  @Field(() => Float, { description: "The paper's asymmetric top-k discrepancy, ≥ 0; smaller is better." })
  distance!: number;

  @Field(() => Float, { nullable: true, description: 'As in LogitEdge.' })
  confidence?: number | null;

  @Field(() => Logit, { description: 'The output that recognizes it best.' })
  bestLogit!: Logit;
}
