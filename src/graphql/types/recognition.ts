import { Field, Float, ObjectType } from 'type-graphql';
import { ExpectedAccuracyReason } from './enums.js';
import { Logit } from './logit.js';

@ObjectType({
  description: 'How well one model recognises a concept: what its best logit has in `logits(concept:)`.',
})
export class Recognition {
  @Field(() => Float, { description: 'Higher is better; comparable between models, for one concept.' })
  score!: number;

  @Field(() => Float, { description: "The paper's asymmetric top-k discrepancy, ≥ 0; smaller is better." })
  distance!: number;

  @Field(() => Float, { nullable: true, description: 'As in LogitEdge.' })
  confidence?: number | null;

  @Field(() => Float, { nullable: true, description: 'As in LogitEdge.' })
  expectedAccuracy?: number | null;

  @Field(() => ExpectedAccuracyReason, {
    nullable: true,
    description: 'Why `expectedAccuracy` is null; null when it is not.',
  })
  expectedAccuracyReason?: ExpectedAccuracyReason | null;

  @Field(() => Logit, { description: 'The output that recognises it best.' })
  bestLogit!: Logit;
}
