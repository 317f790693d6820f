import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A note about how a model was probed.' })
export class ModelNote {
  @Field(() => String, {
    nullable: true,
    description: 'Stable code; docs/ingest.md lists them. Null for a note of an earlier release.',
  })
  code!: string | null;

  @Field({ description: 'What was done and why, in a sentence or two.' })
  message!: string;
}
