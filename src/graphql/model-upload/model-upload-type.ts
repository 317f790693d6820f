import { Field, Float, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A file of an uploaded model.' })
export class UploadedFile {
  @Field({ description: 'Relative, with `/` between folders, as the model names it.' })
  name!: string;

  @Field(() => Float, { description: 'Bytes of the whole file.' })
  bytes!: number;

  @Field(() => Float, { description: 'Bytes that are here; all of them when it is complete.' })
  received!: number;
}

@ObjectType({
  description:
    'A model that is sent to this server, with its data files and the files that describe it: docs/ingest.md. Only the caller who opened it sees it.',
})
export class ModelUpload {
  @Field()
  openedAt!: Date;

  @Field({ description: 'When it is removed, unless something is sent or an ingest reads it.' })
  expiresAt!: Date;

  @Field(() => [UploadedFile], { description: 'The files that were begun, by name.' })
  files!: UploadedFile[];
}
