import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { AccessScope } from '../../store/index.js';
import { connectionType } from '../pagination/connection.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(AccessScope, 'AccessScope', 'What a key or token may do; docs/access.md.', {
  READ: 'Search and read models.',
  INGEST: 'Register, probe and label models, upload their responses, and follow their ingests.',
  ADMIN: 'Everything: also remove models, see private models, manage keys and read the audit log.',
});

@ObjectType({ description: 'An API key; docs/access.md.' })
export class ApiKey {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'What the key is for.' })
  name!: string;

  @Field({ description: 'The part after `plk_` that identifies the key, also in the audit log.' })
  prefix!: string;

  @Field(() => [AccessScope])
  scopes!: AccessScope[];

  @Field(() => [String], { description: 'Visibility labels: the key sees private models with one of them.' })
  labels!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'The one registry whose models the key may change; null for any.',
  })
  registry!: string | null;

  @Field()
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'Null when the key does not expire.' })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true })
  revokedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Accurate to a minute; null when the key was never used.',
  })
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

@ObjectType({ description: 'A new key.' })
export class CreatedApiKey {
  @Field({ description: 'The key itself. It is shown only once and not stored.' })
  secret!: string;

  @Field(() => ApiKey)
  key!: ApiKey;
}

@InputType({ description: 'A key to create.' })
export class NewApiKeyInput {
  @Field({ description: 'What the key is for: one line, up to 200 characters.' })
  name!: string;

  @Field(() => [AccessScope], { description: 'At least one.' })
  scopes!: AccessScope[];

  @Field(() => [String], {
    nullable: true,
    description: 'Visibility labels of private models that the key sees; none when absent.',
  })
  labels?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'The one registry whose models the key may change; any when absent.',
  })
  registry?: string | null;

  @Field(() => Date, { nullable: true, description: 'When the key expires; never when absent.' })
  expiresAt?: Date | null;
}
