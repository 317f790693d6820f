import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { type ModelFacts, ModelStatus, ResponseKind } from '../../store/index.js';
import { ExpectedAccuracyReason, Logit } from '../logit/logit-type.js';
import { answerType } from '../pagination/connection.js';
import { Node } from '../schema/node.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(ModelStatus, 'ModelStatus', 'Whether a model can be searched.', {
  PENDING: 'Not searchable yet: its first ingest has not finished, or its responses have not been uploaded.',
  READY: 'Its logits can be searched.',
  FAILED: 'Its ingest failed or was cancelled before the model became searchable.',
  NOT_APPLICABLE: 'It is no image classifier; the error of its ingest says why.',
});

registerEnum(ResponseKind, 'ResponseKind', "The unit of a model's stored responses.", {
  LOGITS: 'Values before any softmax or sigmoid.',
  LOG_PROBABILITIES:
    'Logarithms of probabilities, because the softmax could not be removed from the model; see `logFloor`.',
});

@ObjectType({
  description: 'A file that a model keeps weights in, beside its own file (ONNX external data).',
})
export class ModelDataFile {
  @Field({ description: "Its name as the model has it, relative to the model's folder." })
  location!: string;

  @Field({ description: 'SHA-256 of the file.' })
  digest!: string;

  @Field(() => Float, { description: 'Size of the file, in bytes.' })
  bytes!: number;
}

@ObjectType({ description: 'The best name of an output.' })
export class OutputName {
  @Field(() => Int, { description: "Place among the model's outputs, from 0." })
  index!: number;

  @Field(() => String, { nullable: true, description: 'Null for a degenerate output.' })
  text!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Probability that the name is right; null in a gallery of fewer than 50 logits.',
  })
  confidence!: number | null;
}

@ObjectType({ description: 'A tag of a model in its registry.' })
export class ModelTag {
  @Field()
  key!: string;

  @Field({ description: 'Empty when the tag has only a key.' })
  value!: string;
}

@ObjectType({ implements: Node, description: 'One version of an image classifier.' })
export class Model implements Node, Omit<ModelFacts, 'labels'> {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'Unique together with `version`.' })
  name!: string;

  @Field()
  version!: string;

  @Field({
    description:
      'Where the model file came from, without user, password and query; `external` when its owner runs it elsewhere. Of a file on the server, callers without the scope INGEST see only the name.',
  })
  source!: string;

  @Field(() => ModelStatus)
  status!: ModelStatus;

  @Field(() => Int, { nullable: true, description: 'Number of outputs; null before the model is probed.' })
  outputs!: number | null;

  @Field(() => ResponseKind, { nullable: true })
  responseKind!: ResponseKind | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The probability used in place of those that underflowed to 0, for LOG_PROBABILITIES and for logits made from sigmoids (also as distance from 1).',
  })
  logFloor!: number | null;

  @Field({
    description:
      'Whether the outputs are independent labels, each with its own sigmoid. Then nothing that they have in common is removed from the responses.',
  })
  multiLabel!: boolean;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'How probes are turned into the model input; docs/preprocessing.md.',
  })
  preprocessing!: unknown;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the output tensor that the responses come from.',
  })
  outputName!: string | null;

  @Field(() => String, { nullable: true, description: 'SHA-256 of the model file.' })
  fileDigest!: string | null;

  @Field(() => Float, { nullable: true, description: 'Size of the model file, in bytes.' })
  fileBytes!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'SPDX expression or free text; null when none was given.',
  })
  license!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the registry that the model came from; null when it was registered directly.',
  })
  registry!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Visibility label: only principals with it see the model. Null when all callers who may read see it.',
  })
  visibility!: string | null;

  @Field()
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the current responses were published.' })
  probedAt!: Date | null;
}

@ObjectType({ description: 'A model in a list, with how well it matches when the list has a concept.' })
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
    description: 'Distance of `bestLogit` to the concept that it matches best; smaller is better.',
  })
  distance?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "With `concept` as in LogitEdge, of its best logit. With `concepts` the mean over them of the confidence that one of the model's logits recognizes it: the expected share of the concepts that the model recognizes. Null in a gallery of fewer than 50 logits, and in a list without either.",
  })
  confidence?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Accuracy of `bestLogit` on images of its class, predicted from its responses, 0 to 1 (docs/accuracy.md). When null, `expectedAccuracyReason` says why.',
  })
  expectedAccuracy?: number | null;

  @Field(() => ExpectedAccuracyReason, {
    nullable: true,
    description: 'Why `expectedAccuracy` is null; null when it has a value.',
  })
  expectedAccuracyReason?: ExpectedAccuracyReason | null;

  @Field(() => Logit, {
    nullable: true,
    description:
      'The logit that matches best; with `concepts`, the one with the highest confidence for any of them.',
  })
  bestLogit?: Logit | null;
}

export const ModelConnection = answerType('ModelConnection', ModelEdge, 'Models, best or oldest first.');
