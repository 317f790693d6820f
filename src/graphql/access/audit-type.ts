import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { AuditAction } from '../../store/index.js';
import { connectionType } from '../pagination/connection.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(AuditAction, 'AuditAction', 'What somebody did.', {
  MODEL_REGISTERED: 'A model version was registered, or taken up again.',
  MODEL_REPROBED: 'Another probing of a model was asked for.',
  MODEL_RENAMED: 'A registry renamed a model.',
  MODEL_REMOVED: 'A model was removed.',
  MODEL_ANNOTATED: 'A registry changed tags or aliases.',
  INGEST_CANCELLED: 'An ingest was ended.',
  INGEST_RETRIED: 'An ingest was put back into the queue.',
  RESPONSES_UPLOADED: 'Responses of a model were uploaded.',
  LABELS_SET: "A model's labels were replaced.",
  VISIBILITY_SET: 'It was changed who sees a model.',
  KEY_CREATED: 'A key was made.',
  KEY_REVOKED: 'A key was ended.',
});

@ObjectType({ description: 'A change that somebody made; docs/access.md.' })
export class AuditEntry {
  @Field(() => ID)
  id!: string;

  @Field()
  createdAt!: Date;

  @Field(() => AuditAction)
  action!: AuditAction;

  @Field({
    description:
      'key:<prefix>, oidc:<subject>, webhook:<registry>, cli:<user>, local (this machine, while there is no key), or anonymous.',
  })
  actor!: string;

  @Field(() => String, { nullable: true, description: 'The address that the request came from.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'Its user agent, shortened.' })
  userAgent!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Number of the request, as in the server's log; for a webhook its delivery id.",
  })
  requestId!: string | null;

  @Field({ description: 'What was changed, by name.' })
  subject!: string;

  @Field(() => ID, { nullable: true, description: 'The model; it may have been removed since.' })
  modelId!: string | null;

  @Field(() => GraphQLJSON, { nullable: true, description: 'What it was changed to, where that is short.' })
  details!: unknown;
}

@ObjectType()
export class AuditEdge {
  @Field()
  cursor!: string;

  @Field(() => AuditEntry)
  node!: AuditEntry;
}

export const AuditConnection = connectionType('AuditConnection', AuditEdge, 'Changes, newest first.');

@InputType({ description: 'Which changes are listed. All conditions hold at once.' })
export class AuditFilterInput {
  @Field(() => AuditAction, { nullable: true })
  action?: AuditAction | null;

  @Field(() => String, { nullable: true, description: 'Exactly this actor.' })
  actor?: string | null;

  @Field(() => ID, { nullable: true, description: 'Changes of this model, which may be gone.' })
  model?: string | null;

  @Field(() => Date, { nullable: true, description: 'Not before this.' })
  since?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Before this.' })
  until?: Date | null;
}
