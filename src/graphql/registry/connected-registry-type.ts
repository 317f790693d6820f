import { Field, ObjectType } from 'type-graphql';
import { DeliveryOutcome } from '../../store/index.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(DeliveryOutcome, 'DeliveryOutcome', 'What came of a webhook delivery.', {
  ACCEPTED: 'Its change was made.',
  IGNORED: 'There was nothing to do; `reason` says why.',
  DUPLICATE: 'Its change had been made before.',
});

@ObjectType({
  description:
    'A webhook delivery of a registry. Deliveries that were refused, because of a wrong signature for example, are only counted.',
})
export class WebhookDelivery {
  @Field({ description: "The sender's id, or an id made of the content." })
  deliveryId!: string;

  @Field()
  receivedAt!: Date;

  @Field(() => Date, { nullable: true, description: "When it happened, by the sender's clock." })
  occurredAt!: Date | null;

  @Field({ description: "The sender's name for what happened." })
  event!: string;

  @Field(() => DeliveryOutcome)
  outcome!: DeliveryOutcome;

  @Field(() => String, { nullable: true, description: 'Why it was ignored.' })
  reason!: string | null;
}

@ObjectType({
  description: 'A registry that this server knows, and how the settings connect it; docs/registries.',
})
export class ConnectedRegistry {
  @Field({ description: 'Name of the registry, such as mlflow.' })
  name!: string;

  @Field({ description: 'URL, relative to the server, that takes its webhooks.' })
  webhookUrl!: string;

  @Field({ description: 'Whether the settings have the secret without which webhooks are refused.' })
  takesWebhooks!: boolean;

  @Field({ description: 'Whether the settings let sweeps list it.' })
  canBeListed!: boolean;

  @Field(() => Date, {
    nullable: true,
    description:
      'When this server sweeps it next; null where it cannot be listed, sweeps are off, or another server on the database has the schedule.',
  })
  nextSweepAt!: Date | null;
}
