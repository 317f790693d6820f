import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { AccessScope } from '../../store/index.js';
import { connectionType } from '../pagination/connection.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(AccessScope, 'AccessScope', 'What a key or token is for; docs/access.md.', {
  READ: 'Searches, and reads about models.',
  INGEST: 'Registers, probes, labels and uploads for models, and follows their ingests.',
  ADMIN: 'Everything, of every model: also removes, sees private models, makes keys, reads the audit.',
});

@ObjectType({ description: 'A key of a program; docs/access.md.' })
export class ApiKey {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'What it is for.' })
  name!: string;

  @Field({ description: 'How the key begins after `plk_`, and how the audit calls it.' })
  prefix!: string;

  @Field(() => [AccessScope])
  scopes!: AccessScope[];

  @Field(() => [String], { description: 'Labels of private models that it sees.' })
  labels!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'The one registry whose models it may change; null: any.',
  })
  registry!: string | null;

  @Field()
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'Null: it does not expire.' })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true })
  revokedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'To within a minute; null: never.' })
  lastUsedAt!: Date | null;
}

@ObjectType()
export class ApiKeyEdge {
  @Field()
  cursor!: string;

  @Field(() => ApiKey)
  node!: ApiKey;
}

export const ApiKeyConnection = connectionType('ApiKeyConnection', ApiKeyEdge, 'Keys, newest first.');

@ObjectType({ description: 'A key that was made a moment ago.' })
export class CreatedApiKey {
  @Field({ description: 'The key itself. It is shown this once, and not kept.' })
  secret!: string;

  @Field(() => ApiKey)
  key!: ApiKey;
}

@InputType({ description: 'What a new key is for.' })
export class NewApiKeyInput {
  @Field({ description: 'For people: one line, up to 200 characters.' })
  name!: string;

  @Field(() => [AccessScope], { description: 'At least one.' })
  scopes!: AccessScope[];

  @Field(() => [String], {
    nullable: true,
    description: 'Labels of private models that it sees; none when absent.',
  })
  labels?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'The one registry whose models it may change; any when absent.',
  })
  registry?: string | null;

  @Field(() => Date, { nullable: true, description: 'When it stops being good; never when absent.' })
  expiresAt?: Date | null;
}
