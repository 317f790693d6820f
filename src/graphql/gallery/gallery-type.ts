import { Field, Float, Int, ObjectType } from 'type-graphql';
import { ProbeSet } from '../probe-set/probe-type.js';
import { registerEnum } from '../schema/register-enum.js';

export enum IndexKind {
  EXACT = 'EXACT',
  FAISS = 'FAISS',
}

registerEnum(IndexKind, 'IndexKind', 'How a gallery is searched.', {
  EXACT: 'Compares every logit.',
  FAISS: 'A FAISS index proposes candidates, which are then compared exactly.',
});

@ObjectType({ description: 'How a gallery is searched.' })
export class GalleryIndex {
  @Field(() => IndexKind)
  kind!: IndexKind;

  @Field({ description: 'Whether FAISS can be loaded on this machine.' })
  faissAvailable!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Version of the basis; null while the gallery has none.',
  })
  basisVersion!: string | null;

  @Field(() => Int, { nullable: true, description: 'Number of directions in the basis.' })
  rank!: number | null;

  @Field({ description: 'Whether a new basis is being fitted in the background.' })
  rebuilding!: boolean;
}

@ObjectType({
  description:
    'What fully probed models taught about responses to the probe set; completes partly probed models. See docs/collaborative-probing.md.',
})
export class GalleryPrior {
  @Field({ description: 'Changes when the prior is learned again.' })
  version!: string;

  @Field(() => Int, { description: 'Number of fully probed logits that it was learned from.' })
  logits!: number;

  @Field(() => Int, {
    description: 'Number of families of related models among them.',
  })
  families!: number;

  @Field(() => Int, { description: 'Number of directions in the prior.' })
  rank!: number;

  @Field(() => Float, {
    description:
      'Squared error per probe, 0 to 1, of standardized responses of held-out models that were completed from a third of the probes. `errorBound` and `errorFactor` refer to errors of this kind.',
  })
  expectedError!: number;

  @Field(() => Float, { description: 'Share of the probes that new models are run on now, 0 to 1.' })
  budget!: number;
}

@ObjectType({ description: 'All descriptors of one probe set that can be searched.' })
export class Gallery {
  @Field(() => ProbeSet)
  probeSet!: ProbeSet;

  @Field(() => Int)
  models!: number;

  @Field(() => Int, { description: 'Number of searchable logits.' })
  logits!: number;

  @Field(() => Int, { description: 'Number of logits without a descriptor.' })
  degenerate!: number;

  @Field(() => Float, {
    description: 'Mean coverage of the logits, 0 to 1.',
  })
  coverage!: number;

  @Field(() => Int, { description: 'Number of models of which every probe was run.' })
  fullyProbedModels!: number;

  @Field(() => GalleryPrior, {
    nullable: true,
    description: 'Null while there are too few fully probed models to learn it from.',
  })
  prior!: GalleryPrior | null;

  @Field(() => GalleryIndex)
  index!: GalleryIndex;
}
