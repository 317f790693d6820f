import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { AuditRecord } from '../../store/index.js';
import type { Context } from '../context.js';
import { globalId, keyOf } from '../global-id.js';
import { createdPlace, createdPlaceOf, readPage } from '../pages.js';
import { AuditConnection, AuditEntry, AuditFilterInput } from '../types/audit.js';

@Resolver(() => AuditEntry)
export class AuditResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: AuditRecord): string {
    return globalId('AuditEntry', id);
  }

  @FieldResolver(() => ID, { nullable: true })
  modelId(@Root() { modelId }: AuditRecord): string | null {
    return modelId && globalId('Model', modelId);
  }

  @Query(() => AuditConnection, {
    description: 'Who changed what, when and from where, newest first; for administrators.',
  })
  audit(
    @Ctx() { store }: Context,
    @Arg('first', () => Int, { defaultValue: 10, description: 'Results on the page, 0 to 100.' })
    first: number,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last result before the page.' })
    after: string | null,
    @Arg('filter', () => AuditFilterInput, { nullable: true }) filter: AuditFilterInput | null,
  ) {
    const { action, actor, model, since, until } = filter ?? {};
    const conditions = {
      action: action ?? undefined,
      actor: actor ?? undefined,
      modelId: model ? keyOf('Model', model) : undefined,
      since: since ?? undefined,
      until: until ?? undefined,
    };
    return readPage(
      { first, after },
      {
        query: ['audit', conditions],
        place: createdPlace,
        placeOf: createdPlaceOf,
        read: (count, place) => store.audit.page({ ...conditions, first: count, after: place }),
      },
    );
  }
}
