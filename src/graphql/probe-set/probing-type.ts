import { Field, ID, Int, ObjectType, Resolver } from 'type-graphql';
import { ModelStatus } from '../../store/index.js';
import { versionResolver } from '../model/version-resolver.js';

@ObjectType({
  description:
    "The result of probing a model. It is a type of its own because, in the graph of a registry, the model's type is the registry's.",
})
export class Probing {
  @Field(() => ID, { description: 'The id that `model(id:)`, filters and mutations take.' })
  id!: string;

  @Field({ description: 'The name that the model was registered under.' })
  name!: string;

  @Field({ description: 'The version that was probed.' })
  version!: string;

  @Field(() => ModelStatus)
  status!: ModelStatus;

  @Field(() => Int, { nullable: true, description: 'Number of outputs; null before the model is probed.' })
  outputs!: number | null;

  @Field(() => Date, { nullable: true, description: 'When the current responses were published.' })
  probedAt!: Date | null;
}

@Resolver(() => Probing)
export class ProbingResolver extends versionResolver(Probing) {}
