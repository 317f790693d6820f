import { Field, Float, ObjectType } from 'type-graphql';
import { ExpectedAccuracyReason } from '../schema/enums.js';

/** What a match lets expect of the logit that it found. */
@ObjectType()
export abstract class WithExpectedAccuracy {
  @Field(() => Float, {
    nullable: true,
    description:
      'Accuracy on images of its class that its responses let expect, 0 to 1 (docs/accuracy.md); `expectedAccuracyReason` says why it is null.',
  })
  expectedAccuracy?: number | null;

  @Field(() => ExpectedAccuracyReason, {
    nullable: true,
    description: 'Why `expectedAccuracy` is null; null when it is not.',
  })
  expectedAccuracyReason?: ExpectedAccuracyReason | null;
}
