import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { checkFirst } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { ConnectedRegistry, WebhookDelivery } from './connected-registry-type.js';
import { RegistrySweep } from './registry-sweep-type.js';

@Resolver(() => ConnectedRegistry)
export class ConnectedRegistryResolver {
  @Query(() => [ConnectedRegistry], {
    description:
      'The registries that this server knows, and how the settings connect them; for administrators.',
  })
  registries(@Ctx() { receivers, sweeper, basePath }: Context): ConnectedRegistry[] {
    return [...receivers].map(([name, { isOn }]) => {
      const canBeListed = sweeper.registries.includes(name);
      return {
        name,
        webhookUrl: `${basePath}/webhooks/${name}`,
        takesWebhooks: isOn,
        canBeListed,
        nextSweepAt: canBeListed ? sweeper.nextSweepAt : null,
      };
    });
  }

  @FieldResolver(() => RegistrySweep, {
    nullable: true,
    description: 'Its last sweep; null before the first.',
  })
  async lastSweep(@Ctx() { store }: Context, @Root() { name }: ConnectedRegistry) {
    const sweeps = await store.sweeps.list();
    return sweeps.find(({ registry }) => registry === name) ?? null;
  }

  @FieldResolver(() => [WebhookDelivery], { description: 'The last deliveries of 30 days, newest first.' })
  deliveries(
    @Ctx() { store }: Context,
    @Root() { name }: ConnectedRegistry,
    @Arg('first', () => Int, { defaultValue: 10, description: 'Deliveries, 0 to 100.' }) first: number,
  ): Promise<WebhookDelivery[]> {
    return store.deliveries.latest(name, checkFirst(first));
  }
}
