import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
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
    @Arg('registries', () => [String], { nullable: true, description: 'In place of `registry`: these.' })
    registries: string[] | null | undefined,
    @Arg('dryRun', () => Boolean, {
      defaultValue: false,
      description: 'Changes nothing, and says what would be changed.',
    })
    dryRun: boolean,
  ) {
    if (typeof registry === 'string' && registries) {
      throw new ProbelogError('INPUT_INVALID', 'Give registry or registries, not both.', {
        arguments: ['registry', 'registries'],
      });
    }
    const named = typeof registry === 'string' ? [registry] : (registries ?? undefined);
    return sweeper.sync({ registries: named, dryRun });
  }
}
