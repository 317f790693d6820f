import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { LogitStatus } from '../../store/index.js';
import { answerType } from '../pagination/connection.js';
import { Fit, FitReason } from '../pagination/fit.js';
import { Probe } from '../probe-set/probe-type.js';
import { Node } from '../schema/node.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(LogitStatus, 'LogitStatus', 'Whether a logit can be searched.', {
  SEARCHABLE: 'Has a descriptor.',
  DEGENERATE: 'Its responses are constant or not finite, so it has no descriptor.',
});

export enum ExpectedAccuracyReason {
  TOO_FEW_OUTPUTS = 'TOO_FEW_OUTPUTS',
  NO_CONCEPT = 'NO_CONCEPT',
}

registerEnum(ExpectedAccuracyReason, 'ExpectedAccuracyReason', 'Why an expected accuracy is null.', {
  TOO_FEW_OUTPUTS: 'The model has fewer than three outputs with a descriptor, too few to predict from.',
  NO_CONCEPT: 'No concept was given.',
});

/** The expected accuracy of a result. */
@ObjectType()
export abstract class WithExpectedAccuracy {
  @Field(() => Float, {
    nullable: true,
    description:
      'Accuracy on images of its class, predicted from its responses, 0 to 1 (docs/accuracy.md). When null, `expectedAccuracyReason` says why.',
  })
  expectedAccuracy?: number | null;

  @Field(() => ExpectedAccuracyReason, {
    nullable: true,
    description: 'Why `expectedAccuracy` is null; null when it has a value.',
  })
  expectedAccuracyReason?: ExpectedAccuracyReason | null;
}

@ObjectType({
  implements: Node,
  description: 'One output of a model. Search finds what it recognizes by its responses to the probes.',
})
export class Logit implements Node {
  @Field(() => ID, { description: 'Stays the same when the model is probed again.' })
  id!: string;

  @Field(() => Int, { description: "Index among the model's outputs, from 0." })
  index!: number;

  @Field(() => String, { nullable: true, description: "The owner's name for it. Search never reads it." })
  label!: string | null;

  @Field(() => LogitStatus)
  status!: LogitStatus;

  @Field(() => Float, { description: 'Share of the probes that were run, 0 to 1.' })
  coverage!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Expected squared error per probe of the completed descriptor, from the posterior of the ridge regression. Descriptors have variance 1, so 0 means as good as run, and 1 means unknown. Null when every probe was run.',
  })
  completionError!: number | null;
}

@ObjectType({ description: 'A logit that matches, and how well.' })
export class LogitEdge extends WithExpectedAccuracy {
  @Field()
  cursor!: string;

  @Field(() => Logit)
  node!: Logit;

  @Field(() => Float, { description: 'Higher is better; comparable within one query.' })
  score!: number;

  @Field(() => Float, { description: "The paper's asymmetric top-k discrepancy, ≥ 0; smaller is better." })
  distance!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Probability that the logit recognizes the query, 0 to 1, also for a query that no model recognizes (docs/accuracy.md). Null in a gallery of fewer than 50 logits, and for `similar` in one without a basis (fewer than 200).',
  })
  confidence?: number | null;
}

@ObjectType({ description: "One of a model's logits, with how well it matches when the list has a concept." })
export class ModelLogitEdge extends WithExpectedAccuracy {
  @Field()
  cursor!: string;

  @Field(() => Logit)
  node!: Logit;

  @Field(() => Float, { nullable: true, description: 'As in LogitEdge; null in a list without a concept.' })
  score?: number | null;

  @Field(() => Float, { nullable: true, description: 'As in LogitEdge; null in a list without a concept.' })
  distance?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'As in LogitEdge; also null in a list without a concept.',
  })
  confidence?: number | null;
}

export const LogitConnection = answerType('LogitConnection', LogitEdge, 'Logits that match, best first.');
export const ModelLogitConnection = answerType(
  'ModelLogitConnection',
  ModelLogitEdge,
  "A model's logits, best first or in output order.",
);

@ObjectType({
  description: 'How well one model recognizes a concept: the values of its best logit in `logits(concept:)`.',
})
export class Recognition extends WithExpectedAccuracy {
  @Field(() => Float, { description: 'Higher is better; comparable between models for the same concept.' })
  score!: number;

  @Field(() => Float, { description: "The paper's asymmetric top-k discrepancy, ≥ 0; smaller is better." })
  distance!: number;

  @Field(() => Float, { nullable: true, description: 'As in LogitEdge.' })
  confidence?: number | null;

  @Field(() => Fit, {
    nullable: true,
    description: 'How well the model answers; null where confidence is null.',
  })
  fit?: Fit | null;

  @Field(() => FitReason, { nullable: true, description: 'Why `fit` is not GOOD; null when it is, or null.' })
  reason?: FitReason | null;

  @Field(() => Logit, { description: 'The logit that recognizes the concept best.' })
  bestLogit!: Logit;
}

@ObjectType({ description: 'One probe that made a logit match.' })
export class Evidence {
  @Field(() => Probe)
  probe!: Probe;

  @Field(() => Float, {
    description:
      'The query at this probe, in standard deviations: the cosine of the concept or image, or the response of the logit searched with.',
  })
  query!: number;

  @Field(() => Float, { description: "The result's response, in standard deviations." })
  response!: number;

  @Field(() => Float, {
    description: 'Part of the correlation of query and result; the parts of all probes add up to it.',
  })
  contribution!: number;
}

@ObjectType({ description: 'A name for a logit, from the vocabulary that ships with ProbeLog.' })
export class LogitName {
  @Field({ description: 'The concept.' })
  text!: string;

  @Field(() => Float, { description: "Correlation of the concept with the logit's responses, −1 to 1." })
  score!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Probability that the name is right, 0 to 1. Null in a gallery of fewer than 50 logits, where names are ordered by score.',
  })
  confidence!: number | null;
}
