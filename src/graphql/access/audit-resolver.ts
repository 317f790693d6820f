import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { AuditRecord } from '../../store/index.js';
import { After, First } from '../pagination/page-arguments.js';
import { readCreated } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { globalId, keyOf } from '../schema/global-id.js';
import { AuditConnection, AuditEntry, AuditFilterInput } from './audit-type.js';

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

  @FieldResolver(() => String)
  subject(@Root() { target }: AuditRecord): string {
    return target;
  }

  @Query(() => AuditConnection, {
    description: 'Recorded changes, newest first; for administrators.',
  })
  audit(
    @Ctx() { store, cursors }: Context,
    @First() first: number,
    @After() after: string | null,
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
    return readCreated(
      cursors,
      { first, after },
      {
        query: ['audit', conditions],
        read: (count, place) => store.audit.page({ ...conditions, first: count, after: place }),
      },
    );
  }
}
