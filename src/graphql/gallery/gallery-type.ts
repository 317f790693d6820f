import { Field, Float, Int, ObjectType } from 'type-graphql';
import { ProbeSet } from '../probe-set/probe-type.js';
import { registerEnum } from '../schema/register-enum.js';

export enum IndexKind {
  EXACT = 'EXACT',
  FAISS = 'FAISS',
}

registerEnum(IndexKind, 'IndexKind', 'How a gallery is searched.', {
  EXACT: 'Every logit is compared.',
  FAISS: 'A FAISS index gives candidates, which are compared exactly.',
});

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

@ObjectType({
  description:
    'What partly probed models are completed from, learned from fully probed ones; docs/collaborative-probing.md.',
})
export class GalleryPrior {
  @Field({ description: 'Changes when it is learned anew.' })
  version!: string;

  @Field(() => Int, { description: 'Fully probed logits that it was learned from.' })
  logits!: number;

  @Field(() => Int, {
    description: 'Families of related models that these belong to.',
  })
  families!: number;

  @Field(() => Int, { description: 'Directions that it has.' })
  rank!: number;

  @Field(() => Float, {
    description:
      'Squared error for each probe of models that were held out and completed from a third of the probes, 0 to 1: of standardized responses, of which descriptors are made. What `errorBound` and `errorFactor` are compared with is of the same kind.',
  })
  expectedError!: number;

  @Field(() => Float, { description: 'Share of the probes that a new model is run on now, 0 to 1.' })
  budget!: number;
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

  @Field(() => Float, {
    description: 'Mean share of the probes that were really run for its logits, 0 to 1.',
  })
  coverage!: number;

  @Field(() => Int, { description: 'Models of which every probe was run.' })
  fullyProbedModels!: number;

  @Field(() => GalleryPrior, {
    nullable: true,
    description:
      'What partly probed models are completed from; null while there is too little to learn it from.',
  })
  prior!: GalleryPrior | null;

  @Field(() => GalleryIndex)
  index!: GalleryIndex;
}
