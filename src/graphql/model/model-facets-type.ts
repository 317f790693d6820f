import { Field, Float, Int, ObjectType } from 'type-graphql';
import { ModelStatus } from '../../store/index.js';

@ObjectType({ description: 'How many models of a list have a value.' })
export class FacetValue {
  @Field(() => String, { nullable: true, description: 'Null for models without one.' })
  value!: string | null;

  @Field(() => Int)
  count!: number;
}

@ObjectType({ description: 'How many models of a list have a number in a range.' })
export class FacetRange {
  @Field(() => Float, { nullable: true, description: 'The least number; null where none is known.' })
  min!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The greatest number; null where there is no end, or no number is known.',
  })
  max!: number | null;

  @Field(() => Int)
  count!: number;
}

@ObjectType({ description: 'How many models of a list have a status.' })
export class FacetStatus {
  @Field(() => ModelStatus)
  status!: ModelStatus;

  @Field(() => Int)
  count!: number;
}

@ObjectType({
  description:
    'How many models of a list, on all pages, have which values. Each facet leaves out the filter on its own values, and so says what choosing another of them would find.',
})
export class ModelFacets {}
