import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Versions that a sweep found.' })
export class SweptVersions {
  @Field(() => Int)
  count!: number;

  @Field(() => [String], { description: 'The first 1,000, as name@version.' })
  names!: string[];
}

@ObjectType({ description: 'What a sweep of a registry found and did.' })
export class RegistrySweep {
  @Field({ description: 'Name of the registry, such as mlflow.' })
  registry!: string;

  @Field({ description: 'Nothing was changed: this is what would have been.' })
  dryRun!: boolean;

  @Field()
  startedAt!: Date;

  @Field()
  finishedAt!: Date;

  @Field(() => Int, { description: "Versions in the registry's list." })
  listed!: number;

  @Field(() => SweptVersions, { description: 'Were missing here, or could not be reached before: queued.' })
  ingested!: SweptVersions;

  @Field(() => SweptVersions, { description: 'Have other content under the same name: queued again.' })
  changed!: SweptVersions;

  @Field(() => SweptVersions, { description: 'Have another name in the registry now: renamed.' })
  renamed!: SweptVersions;

  @Field(() => SweptVersions, {
    description: 'Are gone from the registry, or no longer chosen by the settings: removed.',
  })
  removed!: SweptVersions;

  @Field(() => SweptVersions, { description: 'Have other tags or aliases: taken over.' })
  annotated!: SweptVersions;

  @Field(() => SweptVersions, {
    description: 'Cannot be registered here, because of a name that is too long, for example.',
  })
  refused!: SweptVersions;

  @Field(() => String, {
    nullable: true,
    description: 'What could not be read, and why; nothing that it is about was removed.',
  })
  error!: string | null;
}
