import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { IngestRecord } from '../../store/index.js';
import { Model } from '../model/model-type.js';
import type { Context } from '../schema/context.js';
import { globalId } from '../schema/global-id.js';
import { Ingest, IngestError, IngestProgress } from './ingest-type.js';

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
    description: 'Null unless it failed, was cancelled, or waits for another attempt after a failure.',
  })
  error(@Root() { errorCode, errorMessage }: IngestRecord): IngestError | null {
    return errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' };
  }

  @FieldResolver(() => Model, { description: 'The model that it makes searchable.' })
  model(@Ctx() { loaders }: Context, @Root() { modelId }: IngestRecord) {
    return loaders.model.load(modelId);
  }
}
