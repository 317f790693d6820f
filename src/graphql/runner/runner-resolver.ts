import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { z } from 'zod';
import type { RunnerRecord } from '../../store/index.js';
import { After, First } from '../pagination/page-arguments.js';
import { readPage } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { globalId } from '../schema/global-id.js';
import { withoutNulls } from '../schema/without-nulls.js';
import { AnnounceRunnerInput } from './runner-input.js';
import { Runner, RunnerConnection } from './runner-type.js';

const namePlace = z.tuple([z.string(), z.uuid()]).transform(([name, id]) => ({ name, id }));

@Resolver(() => Runner)
export class RunnerResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: RunnerRecord): string {
    return globalId('Runner', id);
  }

  @Query(() => RunnerConnection, {
    description: 'Runners that were seen within the last minute, by name.',
  })
  runners(@Ctx() { runners, cursors }: Context, @First() first: number, @After() after: string | null) {
    return readPage(
      cursors,
      { first, after },
      {
        query: ['runners'],
        place: namePlace,
        read: (count, place) => runners.alive({ first: count, after: place }),
        placeOf: ({ name, id }) => [name, id],
      },
    );
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
