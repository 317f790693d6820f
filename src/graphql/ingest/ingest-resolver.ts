import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { ProbelogError, remedyOf } from '../../errors/index.js';
import type { IngestRecord } from '../../store/index.js';
import { IngestState } from '../../store/index.js';
import { newVersion } from '../model/model-input.js';
import { Model } from '../model/model-type.js';
import { After, First } from '../pagination/page-arguments.js';
import { readCreated } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { globalId, keyOf } from '../schema/global-id.js';
import { IngestModelInput, ProbingInput, probingRequest } from './ingest-input.js';
import { Ingest, IngestConnection, IngestError, IngestProgress } from './ingest-type.js';

@Resolver(() => Ingest)
export class IngestResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: IngestRecord): string {
    return globalId('Ingest', id);
  }

  @FieldResolver(() => IngestProgress)
  progress(@Root() { done, total, etaSeconds }: IngestRecord): IngestProgress {
    return { done, total, etaSeconds };
  }

  @FieldResolver(() => IngestError, {
    nullable: true,
    description:
      'Null unless the ingest failed, was cancelled, or waits for another attempt after a failure.',
  })
  error(@Root() { errorCode, errorMessage }: IngestRecord): IngestError | null {
    return errorCode === null
      ? null
      : { code: errorCode, message: errorMessage ?? '', remedy: remedyOf(errorCode) };
  }

  @FieldResolver(() => Model, { description: 'The model being probed.' })
  model(@Ctx() { loaders }: Context, @Root() { modelId }: IngestRecord) {
    return loaders.model.load(modelId);
  }

  @Query(() => Ingest, { nullable: true, description: 'The ingest with this id.' })
  ingest(@Ctx() { loaders }: Context, @Arg('id', () => ID) id: string) {
    return loaders.ingest.load(keyOf('Ingest', id));
  }

  @Query(() => IngestConnection, { description: 'Ingests, newest first.' })
  async ingests(
    @Ctx() { store, cursors }: Context,
    @Arg('status', () => [IngestState], {
      nullable: true,
      description: 'Only ingests in one of these states.',
    })
    states: IngestState[] | null,
    @Arg('registry', () => String, {
      nullable: true,
      description: 'Only ingests of models from the registry with exactly this name.',
    })
    registry: string | null,
    @Arg('model', () => ID, { nullable: true, description: 'Only ingests of the model with this id.' })
    model: string | null,
    @First() first: number,
    @After() after: string | null,
  ) {
    const filter = {
      states: states ?? undefined,
      registry: registry ?? undefined,
      modelId: (model ?? null) === null ? undefined : keyOf('Model', model ?? ''),
    };
    const page = await readCreated(
      cursors,
      { first, after },
      {
        query: ['ingests', filter],
        read: (count, place) => store.ingests.page({ ...filter, first: count, after: place }),
      },
    );
    return {
      ...page,
      // Counted only for callers who want it.
      get totalCount() {
        return store.ingests.count(filter);
      },
    };
  }

  @Mutation(() => Ingest, {
    description:
      'Registers a model and queues it for probing. Follow it with `ingestProgress`, or poll `ingest`.',
  })
  ingestModel(@Ctx() { ingest }: Context, @Arg('input', () => IngestModelInput) input: IngestModelInput) {
    return ingest.enqueue({ ...newVersion(input), probing: probingRequest(input.probing) });
  }

  @Mutation(() => Ingest, {
    description:
      'Probes a model again. Its current responses stay searchable until the new ones are published. How many probes are run follows `probing`, else the server settings, not the last ingest.',
  })
  reprobeModel(
    @Ctx() { ingest }: Context,
    @Arg('id', () => ID) id: string,
    @Arg('probeSet', () => ID, {
      nullable: true,
      description: 'Another probe set; the current one when absent.',
    })
    probeSet: string | null,
    @Arg('full', () => Boolean, {
      defaultValue: false,
      description: 'Runs all probes, which upgrades a partly probed model; short for `probing.full`.',
    })
    full: boolean,
    @Arg('probing', () => ProbingInput, { nullable: true, description: 'How many of the probes are run.' })
    probing: ProbingInput | null,
  ) {
    return ingest.reprobe(keyOf('Model', id), {
      probeSet: probeSet ? keyOf('ProbeSet', probeSet) : undefined,
      probing: probingRequest(full ? { ...probing, full } : probing),
    });
  }

  @Mutation(() => Ingest, {
    description: 'Cancels an ingest; a finished ingest stays as it is.',
  })
  cancelIngest(@Ctx() { ingest }: Context, @Arg('id', () => ID) id: string) {
    return ingest.cancel(keyOf('Ingest', id));
  }

  @Mutation(() => Ingest, {
    description:
      'Queues a failed or cancelled ingest again, under the same id. It must be the latest ingest of its model.',
  })
  retryIngest(@Ctx() { ingest }: Context, @Arg('id', () => ID) id: string) {
    return ingest.retry(keyOf('Ingest', id));
  }

  @Mutation(() => Ingest, {
    description:
      'Ends an ingest that waits for another attempt: it becomes FAILED, with the error of its last attempt. Any other ingest stays as it is.',
  })
  async giveUpIngest(@Ctx() { ingest, loaders }: Context, @Arg('id', () => ID) id: string) {
    const key = keyOf('Ingest', id);
    await ingest.giveUp(key);
    const ended = await loaders.ingest.load(key);
    if (ended) return ended;
    throw new ProbelogError('NOT_FOUND', 'There is no ingest with this id.');
  }

  @Subscription(() => Ingest, {
    description: 'The ingest as it is now, then after every change; ends with the ingest.',
    subscribe: ({ context, args }) => (context as Context).ingest.watch(keyOf('Ingest', args.id)),
  })
  ingestProgress(
    @Root() ingest: IngestRecord,
    @Arg('id', () => ID) _id: string,
    @Ctx() { loaders }: Context,
  ) {
    // Inside another server, one context may serve the whole subscription; its loader must not return the old model.
    loaders.model.clearAll();
    return ingest;
  }
}
