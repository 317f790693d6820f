import { Field, InputType, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Something that a text names.' })
export class Concept {
  @Field({ description: 'The text, with blanks made single.' })
  text!: string;
}

@InputType({
  description:
    'Several concepts as one: as good as the worst of `all` and the best of `any`, less what `none` reaches. At least one in `all` or `any`, at most 20 in all. `none` is refused with metric ASYMMETRIC.',
})
export class ConceptInput {
  @Field(() => [String], { nullable: true, description: 'Each of these is recognized.' })
  all?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'At least one of these is recognized.' })
  any?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'None of these is recognized.' })
  none?: string[] | null;
}
