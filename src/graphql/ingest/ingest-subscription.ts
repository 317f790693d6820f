import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { IngestRecord } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';
import { Ingest } from './ingest-type.js';

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => Ingest, {
    description: 'The ingest as it stands, then after every change; ends when the ingest does.',
    subscribe: ({ context, args }) => (context as Context).ingest.watch(keyOf('Ingest', args.id)),
  })
  ingestProgress(
    @Root() ingest: IngestRecord,
    @Arg('id', () => ID) _id: string,
    @Ctx() { loaders }: Context,
  ) {
    // Inside another server one context may serve the whole subscription, and must not remember how the model was before.
    loaders.model.clearAll();
    return ingest;
  }
}
