import { Field, ObjectType } from 'type-graphql';
import { AccessScope } from '../../store/index.js';

@ObjectType({ description: 'The caller, and what the caller may do; docs/access.md.' })
export class Viewer {
  @Field(() => [AccessScope], {
    description: 'All that the caller may do: with ADMIN also READ and INGEST.',
  })
  scopes!: AccessScope[];

  @Field(() => [String], {
    description:
      'Visibility labels: the caller sees private models with one of them. An administrator sees all.',
  })
  labels!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'The one registry whose models the caller may change; null for any.',
  })
  registry!: string | null;
}
