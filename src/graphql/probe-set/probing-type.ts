import { Field, ID, Int, ObjectType } from 'type-graphql';
import { ModelStatus } from '../../store/index.js';

@ObjectType({
  description:
    "What probing made of a model version. It has a type of its own because, in the graph of a registry, the version itself is the registry's.",
})
export class Probing {
  @Field(() => ID, { description: 'The id that `model(id:)`, filters and mutations take.' })
  id!: string;

  @Field({ description: 'Name under which the version was registered here.' })
  name!: string;

  @Field({ description: 'The version that was probed.' })
  version!: string;

  @Field(() => ModelStatus)
  status!: ModelStatus;

  @Field(() => Int, { nullable: true, description: 'Number of outputs; null before the model was probed.' })
  outputs!: number | null;

  @Field(() => [String], { description: 'What was decided on the way, one sentence each.' })
  notes!: string[];

  @Field(() => Date, { nullable: true, description: 'When its present responses were published.' })
  probedAt!: Date | null;
}
