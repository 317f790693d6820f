import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { ModelStatus, ResponseKind } from '../../store/index.js';
import { ExpectedAccuracyReason, Logit } from '../logit/logit-type.js';
import { connectionType } from '../pagination/connection.js';
import { Node } from '../schema/node.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(ModelStatus, 'ModelStatus', 'Whether a model can be searched.', {
  PENDING: 'Its first ingest is not finished, or its responses were not uploaded yet.',
  READY: 'Its logits can be searched.',
  FAILED: 'Its ingest failed or was cancelled before it ever could be searched.',
});

registerEnum(ResponseKind, 'ResponseKind', "What a model's stored responses are.", {
  LOGITS: 'Values before any softmax.',
  LOG_PROBABILITIES: 'Logarithms of probabilities that could not be cut off; see `logFloor`.',
});

@ObjectType({ description: 'A tag of a model version in its registry.' })
export class ModelTag {
  @Field()
  key!: string;

  @Field({ description: 'Empty for a tag that says nothing but its key.' })
  value!: string;
}

@ObjectType({ implements: Node, description: 'One version of an image classifier.' })
export class Model implements Node {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'Unique together with `version`.' })
  name!: string;

  @Field()
  version!: string;

  @Field({
    description:
      'Where its file came from, without user, password and query; `external` when it never came here.',
  })
  source!: string;

  @Field(() => ModelStatus)
  status!: ModelStatus;

  @Field(() => Int, { nullable: true, description: 'Number of outputs; null before the model was probed.' })
  outputs!: number | null;

  @Field(() => ResponseKind, { nullable: true })
  responseKind!: ResponseKind | null;

  @Field(() => Float, {
    nullable: true,
    description: 'For LOG_PROBABILITIES: the probability that stands for one that underflowed to 0.',
  })
  logFloor!: number | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'How images are prepared; docs/preprocessing.md.',
  })
  preprocessing!: unknown;

  @Field(() => String, { nullable: true, description: 'The tensor that the responses come from.' })
  outputName!: string | null;

  @Field(() => [String], { description: 'What was decided on the way, one sentence each.' })
  notes!: string[];

  @Field(() => String, { nullable: true, description: "SHA-256 of the model's file." })
  fileDigest!: string | null;

  @Field(() => Float, { nullable: true, description: "Size of the model's file." })
  fileBytes!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'SPDX expression or free text; null when none was given.',
  })
  license!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The registry that it came from; null when it was given directly.',
  })
  registry!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The label without which it is not seen; null: everybody who may read sees it.',
  })
  visibility!: string | null;

  @Field()
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When its present responses were published.' })
  probedAt!: Date | null;
}

@ObjectType({ description: 'A model of a list; for a concept, how well it matches.' })
export class ModelEdge {
  @Field()
  cursor!: string;

  @Field(() => Model)
  node!: Model;

  @Field(() => Float, {
    nullable: true,
    description:
      'Higher is better; comparable within one query. With `concept` the score of its best logit; with `concepts` the mean of their confidences (in a gallery of fewer than 50 logits, of their scores); null in a list without either.',
  })
  score?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Distance of `bestLogit` for the concept that it matches best.',
  })
  distance?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'With `concept` as in LogitEdge, of its best logit. With `concepts` the mean over them of the confidence that one of its logits recognizes it: the share of them that the model is expected to know. Null in a gallery of fewer than 50 logits, and in a list without either.',
  })
  confidence?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Accuracy of `bestLogit` on images of its class that its responses let expect, 0 to 1 (docs/accuracy.md); `expectedAccuracyReason` says why it is null.',
  })
  expectedAccuracy?: number | null;

  @Field(() => ExpectedAccuracyReason, {
    nullable: true,
    description: 'Why `expectedAccuracy` is null; null when it is not.',
  })
  expectedAccuracyReason?: ExpectedAccuracyReason | null;

  @Field(() => Logit, {
    nullable: true,
    description:
      'The logit that matches best; with `concepts` the one of highest confidence for any of them.',
  })
  bestLogit?: Logit | null;
}

export const ModelConnection = connectionType('ModelConnection', ModelEdge, 'Models, best or oldest first.');
