import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { LogitStatus } from '../../store/index.js';
import { connectionType } from '../pagination/connection.js';
import { Probe } from '../probe-set/probe-type.js';
import { Node } from '../schema/node.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(LogitStatus, 'LogitStatus', 'Whether a logit can be searched.', {
  SEARCHABLE: 'It has a descriptor.',
  DEGENERATE: 'Its responses are constant or not numbers, so there is nothing to compare.',
});

export enum ExpectedAccuracyReason {
  TOO_FEW_OUTPUTS = 'TOO_FEW_OUTPUTS',
  NO_CONCEPT = 'NO_CONCEPT',
}

registerEnum(ExpectedAccuracyReason, 'ExpectedAccuracyReason', 'Why there is no expected accuracy.', {
  TOO_FEW_OUTPUTS: 'Its model has fewer than three outputs with a descriptor, which say too little.',
  NO_CONCEPT: 'The list is not one of matches: no concept was given.',
});

/** What a match lets expect of the logit that it found. */
@ObjectType()
export abstract class WithExpectedAccuracy {
  @Field(() => Float, {
    nullable: true,
    description:
      'Accuracy on images of its class that its responses let expect, 0 to 1 (docs/accuracy.md); `expectedAccuracyReason` says why it is null.',
  })
  expectedAccuracy?: number | null;

  @Field(() => ExpectedAccuracyReason, {
    nullable: true,
    description: 'Why `expectedAccuracy` is null; null when it is not.',
  })
  expectedAccuracyReason?: ExpectedAccuracyReason | null;
}

@ObjectType({
  implements: Node,
  description: 'One output of a model: what it recognizes is found by how it responds to the probes.',
})
export class Logit implements Node {
  @Field(() => ID, { description: 'Stays the same when the model is probed again.' })
  id!: string;

  @Field(() => Int, { description: "Place among the model's outputs, from 0." })
  index!: number;

  @Field(() => String, { nullable: true, description: 'What the owner calls it. Search never looks at it.' })
  label!: string | null;

  @Field(() => LogitStatus)
  status!: LogitStatus;

  @Field(() => Float, { description: 'Share of the probes that were really run, 0 to 1.' })
  coverage!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Expected squared error for each probe of its descriptor, by the posterior of the ridge regression that completed it. The descriptor has variance 1: 0 is as good as run, 1 as good as unknown. Null when every probe was run.',
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
      'Probability that the answer is right, 0 to 1, from how it stands out in the gallery; null in a gallery of fewer than 50 logits, and for `similar` in one that has no basis yet (fewer than 200).',
  })
  confidence?: number | null;
}

@ObjectType({ description: "One of a model's logits; for a concept, how well it matches." })
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
    description: 'As in LogitEdge; null in a list without a concept, too.',
  })
  confidence?: number | null;
}

export const LogitConnection = connectionType('LogitConnection', LogitEdge, 'Logits that match, best first.');
export const ModelLogitConnection = connectionType(
  'ModelLogitConnection',
  ModelLogitEdge,
  "A model's logits, best first or in output order.",
);

@ObjectType({
  description: 'How well one model recognizes a concept: what its best logit has in `logits(concept:)`.',
})
export class Recognition extends WithExpectedAccuracy {
  @Field(() => Float, { description: 'Higher is better; comparable between models, for one concept.' })
  score!: number;

  @Field(() => Float, { description: "The paper's asymmetric top-k discrepancy, ≥ 0; smaller is better." })
  distance!: number;

  @Field(() => Float, { nullable: true, description: 'As in LogitEdge.' })
  confidence?: number | null;

  @Field(() => Logit, { description: 'The output that recognizes it best.' })
  bestLogit!: Logit;
}

@ObjectType({ description: 'One probe that made a logit match.' })
export class Evidence {
  @Field(() => Probe)
  probe!: Probe;

  @Field(() => Float, {
    description:
      "The query at this probe: a concept's or picture's cosine, or the asking logit's response, in standard deviations.",
  })
  query!: number;

  @Field(() => Float, { description: "The found logit's response, in standard deviations." })
  response!: number;

  @Field(() => Float, {
    description: 'Its part of the correlation of query and logit, to which the parts of all probes add up.',
  })
  contribution!: number;
}

@ObjectType({ description: 'A name for an output, from the vocabulary that ships with ProbeLog.' })
export class LogitName {
  @Field({ description: 'The concept.' })
  text!: string;

  @Field(() => Float, { description: "Correlation of the concept with the output's responses, −1 to 1." })
  score!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Probability that the name is right, 0 to 1; null in a gallery of fewer than 50 logits, where names are ordered by score.',
  })
  confidence!: number | null;
}
