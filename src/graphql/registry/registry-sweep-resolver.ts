import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import type { Context } from '../schema/context.js';
import { RegistrySweep } from './registry-sweep-type.js';

@Resolver()
export class RegistrySweepResolver {
  @Query(() => [RegistrySweep], {
    description: 'The last sweep of each registry, ordered by name. Dry runs are not recorded.',
  })
  registrySweeps(@Ctx() { store }: Context) {
    return store.sweeps.list();
  }

  @Mutation(() => [RegistrySweep], {
    description:
      'Lists registries and applies the model changes that their webhooks missed: registers, probes again or removes models. Returns when the changes are recorded; queued ingests run afterwards. The result is also in `registrySweeps`.',
  })
  syncRegistries(
    @Ctx() { sweeper }: Context,
    @Arg('registry', () => String, {
      nullable: true,
      description: 'Only this registry, such as mlflow; all that can be listed when absent.',
    })
    registry: string | null | undefined,
    @Arg('registries', () => [String], {
      nullable: true,
      description: 'Several registries, instead of `registry`.',
    })
    registries: string[] | null | undefined,
    @Arg('dryRun', () => Boolean, {
      defaultValue: false,
      description: 'Changes nothing and returns what would change.',
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
