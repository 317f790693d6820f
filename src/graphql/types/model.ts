import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from './connection.js';
import { ModelStatus, ResponseKind } from './enums.js';
import { Logit } from './logit.js';

@ObjectType({ description: 'One version of an image classifier.' })
export class Model {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'Unique together with `version`.' })
  name!: string;

  @Field()
  version!: string;

  @Field({ description: 'Where its file came from, without user, password and query.' })
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
    description: 'SPDX expression or free text; null when nobody said.',
  })
  licence!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The registry that it came from; null when it was given directly.',
  })
  registry!: string | null;

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
    description: 'Score of its best logit; null in a list without a concept.',
  })
  score?: number | null;

  @Field(() => Float, { nullable: true, description: 'Distance of its best logit.' })
  distance?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Probability that the answer is right, 0 to 1, from how it stands out in the gallery; null in a gallery of fewer than 50 logits.',
  })
  confidence?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Accuracy on images of its class that its responses let expect, 0 to 1 (docs/accuracy.md); null for a model of fewer than three outputs, which say too little.',
  })
  expectedAccuracy?: number | null;

  @Field(() => Logit, { nullable: true, description: 'The logit that matches best.' })
  bestLogit?: Logit | null;
}

export const ModelConnection = connectionType('ModelConnection', ModelEdge, 'Models, best or oldest first.');
