import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../schema/context.js';
import { RegistrySweep } from './registry-sweep-type.js';

@Resolver()
export class RegistrySweepResolver {
  @Query(() => [RegistrySweep], {
    description:
      'What the last sweep of each registry found and did, whoever made it, by name. Dry runs leave no trace.',
  })
  registrySweeps(@Ctx() { store }: Context) {
    return store.sweeps.list();
  }

  @Mutation(() => [RegistrySweep], {
    description:
      'Lists registries, and registers, probes again or removes what their webhooks did not tell. The answer comes when that is done; what is queued is worked on then. A caller who does not wait finds it in `registrySweeps`.',
  })
  syncRegistries(
    @Ctx() { sweeper }: Context,
    @Arg('registry', () => String, {
      nullable: true,
      description: 'Only this one, such as mlflow; all that can be listed when absent.',
    })
    registry: string | null | undefined,
    @Arg('dryRun', () => Boolean, {
      defaultValue: false,
      description: 'Changes nothing, and says what would be changed.',
    })
    dryRun: boolean,
  ) {
    const all = registry === null || registry === undefined;
    return sweeper.sync({ registries: all ? undefined : [registry], dryRun });
  }
}
