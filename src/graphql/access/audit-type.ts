import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { AuditAction } from '../../store/index.js';
import { connectionType } from '../pagination/connection.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(AuditAction, 'AuditAction', 'A kind of change.', {
  MODEL_REGISTERED: 'A model was registered, or registered again.',
  MODEL_REPROBED: 'A model was queued to be probed again.',
  MODEL_RENAMED: 'A registry renamed a model.',
  MODEL_REMOVED: 'A model was removed.',
  MODEL_ANNOTATED: "A model's tags or aliases changed in its registry.",
  INGEST_CANCELLED: 'An ingest was cancelled.',
  INGEST_RETRIED: 'An ingest was queued again.',
  RESPONSES_UPLOADED: 'Responses of a model were uploaded.',
  LABELS_SET: "A model's labels were replaced.",
  VISIBILITY_SET: "A model's visibility label was changed.",
  KEY_CREATED: 'A key was created.',
  KEY_REVOKED: 'A key was revoked.',
});

@ObjectType({ description: 'A recorded change; docs/access.md.' })
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
    description: "The request's id, as in the server's log; for a webhook, the delivery id.",
  })
  requestId!: string | null;

  @Field({ description: 'Name of what was changed.' })
  subject!: string;

  @Field(() => ID, { nullable: true, description: 'The changed model, which may have been removed since.' })
  modelId!: string | null;

  @Field(() => GraphQLJSON, { nullable: true, description: 'The new value, where it is short.' })
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

@InputType({ description: 'Which changes are listed. All conditions must hold.' })
export class AuditFilterInput {
  @Field(() => AuditAction, { nullable: true })
  action?: AuditAction | null;

  @Field(() => String, { nullable: true, description: 'Only changes by exactly this actor.' })
  actor?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Only changes of this model, which may have been removed.',
  })
  model?: string | null;

  @Field(() => Date, { nullable: true, description: 'Only changes at or after this time.' })
  since?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Only changes before this time.' })
  until?: Date | null;
}
