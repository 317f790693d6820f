import { Field, InputType, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A word or short phrase to search for.' })
export class Concept {
  @Field({ description: 'The text, with runs of spaces made single.' })
  text!: string;
}

@InputType({
  description:
    'Several concepts, combined: the worst score of `all` and the best of `any`, lowered by `none`. At least one concept in `all` or `any`, at most 20 in total. `none` is refused with metric ASYMMETRIC.',
})
export class ConceptInput {
  @Field(() => [String], { nullable: true, description: 'Concepts that must all be recognized.' })
  all?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Concepts of which at least one must be recognized.',
  })
  any?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Concepts that must not be recognized.' })
  none?: string[] | null;
}
