import { Field, Float, Int, ObjectType } from 'type-graphql';
import { IndexKind } from './enums.js';
import { ProbeSet } from './probe.js';

@ObjectType({ description: 'How a gallery is searched.' })
export class GalleryIndex {
  @Field(() => IndexKind)
  kind!: IndexKind;

  @Field({ description: 'Whether FAISS can be loaded on this machine.' })
  faissAvailable!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Version of the basis; null while the gallery is cold.',
  })
  basisVersion!: string | null;

  @Field(() => Int, { nullable: true, description: 'Directions of the basis.' })
  rank!: number | null;

  @Field({ description: 'Whether a new basis is being fitted in the background.' })
  rebuilding!: boolean;
}

@ObjectType({ description: 'All logits that can be found with one probe set.' })
export class Gallery {
  @Field(() => ProbeSet)
  probeSet!: ProbeSet;

  @Field(() => Int)
  models!: number;

  @Field(() => Int, { description: 'Logits that can be found.' })
  logits!: number;

  @Field(() => Int, { description: 'Logits without a descriptor, which cannot.' })
  degenerate!: number;

  @Field(() => Float, { description: 'Mean share of the probes that were really run, 0 to 1.' })
  coverage!: number;

  @Field(() => GalleryIndex)
  index!: GalleryIndex;
}
