import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ModelUpload as OpenUpload } from '../../ingest/index.js';
import type { Context } from '../schema/context.js';
import { globalId, keyOf } from '../schema/global-id.js';
import { ModelUpload } from './model-upload-type.js';

@Resolver(() => ModelUpload)
export class ModelUploadResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: OpenUpload): string {
    return globalId('ModelUpload', id);
  }

  @FieldResolver(() => String, {
    description:
      'URL, relative to the server, that takes each file by PUT at `<url>/<name>`, and says by HEAD how much is there.',
  })
  url(@Ctx() { basePath }: Context, @Root() { id }: OpenUpload): string {
    return `${basePath}/model-uploads/${id}`;
  }

  @FieldResolver(() => String, {
    description:
      'What `ingestModel` takes as `source`, once all files are complete; with `/<name>` behind it when several are models.',
  })
  source(@Root() { id }: OpenUpload): string {
    return `upload:${id}`;
  }

  @Query(() => ModelUpload, {
    nullable: true,
    description: 'The upload with this id; null when the caller has none.',
  })
  modelUpload(@Ctx() { modelUploads }: Context, @Arg('id', () => ID) id: string) {
    return modelUploads.find(keyOf('ModelUpload', id));
  }

  @Mutation(() => ModelUpload, { description: 'Opens an upload, which takes the files of one model.' })
  openModelUpload(@Ctx() { modelUploads }: Context) {
    return modelUploads.open();
  }

  @Mutation(() => Boolean, {
    description:
      'Removes an upload with its files; false when the caller has none with this id. One that an ingest reads stays until that ends.',
  })
  discardModelUpload(@Ctx() { modelUploads }: Context, @Arg('id', () => ID) id: string) {
    return modelUploads.discard(keyOf('ModelUpload', id));
  }
}
