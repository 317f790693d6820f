import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../pagination/connection.js';
import { LogitStatus } from '../schema/enums.js';
import { WithExpectedAccuracy } from './expected-accuracy.js';

@ObjectType({
  description: 'One output of a model: what it recognizes is found by how it responds to the probes.',
})
export class Logit {
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
