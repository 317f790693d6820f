import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RunnerRecord } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import { globalId } from '../schema/global-id.js';
import { withoutNulls } from '../schema/without-nulls.js';
import { AnnounceRunnerInput } from './runner-input.js';
import { Runner } from './runner-type.js';

@Resolver(() => Runner)
export class RunnerResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: RunnerRecord): string {
    return globalId('Runner', id);
  }

  @Query(() => [Runner], {
    description: 'Runners that were seen within the last minute, by name; at most 200.',
  })
  runners(@Ctx() { runners }: Context) {
    return runners.alive();
  }

  @Mutation(() => Runner, {
    description: 'Announces a runner, once per process. Then it claims with `claimForRunner`.',
  })
  announceRunner(
    @Ctx() { runners }: Context,
    @Arg('input', () => AnnounceRunnerInput) input: AnnounceRunnerInput,
  ) {
    return runners.announce(withoutNulls(input));
  }
}
