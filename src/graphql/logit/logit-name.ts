import { Field, Float, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A name for an output, from the vocabulary that ships with ProbeLog.' })
export class LogitName {
  @Field({ description: 'The concept.' })
  text!: string;

  @Field(() => Float, { description: "Correlation of the concept with the output's responses, −1 to 1." })
  score!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Probability that the name is right, 0 to 1; null in a gallery of fewer than 50 logits, where names are ordered by score.',
  })
  confidence!: number | null;
}
