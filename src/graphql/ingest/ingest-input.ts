import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, InputType, Int } from 'type-graphql';
import type { ProbingRequest } from '../../ingest/index.js';
import { NewVersionInput } from '../model/model-input.js';

@InputType({
  description: 'How much of the probe set a model is shown; docs/collaborative-probing.md.',
})
export class ProbingInput {
  @Field(() => Float, {
    nullable: true,
    description:
      'Share of the probes to run once the gallery has earned it, 0.02 to 1; as the settings say when absent.',
  })
  budget?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Ends probing before the budget is used up when the expected error of the model's logits falls to this, 0 to 1; as the settings say when absent.",
  })
  errorBound?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "All probes are run when the expected error after the budget is above so many times that of the gallery's own models, 0 to 100; 0: never, which is also what counts when only `budget` or `errorBound` is given; as the settings say when all three are absent.",
  })
  errorFactor?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Runs every probe; without `budget`, `errorBound` and `errorFactor`.',
  })
  full?: boolean | null;
}

@InputType({ description: 'A model version to be registered.' })
export class IngestModelInput extends NewVersionInput {
  @Field(() => String, {
    nullable: true,
    description: 'Old name of `license`.',
    deprecationReason: 'Use license.',
  })
  licence?: string | null;

  @Field({
    description:
      'An http(s) URL of an ONNX file, or s3://bucket/key or a path on the server where the settings allow it.',
  })
  source!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'How images are prepared; docs/preprocessing.md.',
  })
  preprocessing?: unknown;

  @Field(() => String, { nullable: true, description: 'The output tensor, when several qualify.' })
  output?: string | null;

  @Field(() => ProbingInput, {
    nullable: true,
    description: 'How much of the probe set it is shown; as the settings say when absent.',
  })
  probing?: ProbingInput | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Higher goes first in the queue, -10 to 10; 0 when absent.',
  })
  priority?: number | null;
}

/** What a caller says about probing, as the ingest takes it: null in GraphQL is the same as absent. */
export function probingRequest(input: ProbingInput | null | undefined): ProbingRequest | undefined {
  if (!input) return undefined;
  const { budget, errorBound, errorFactor, full } = input;
  return {
    budget: budget ?? undefined,
    errorBound: errorBound ?? undefined,
    errorFactor: errorFactor ?? undefined,
    full: full ?? undefined,
  };
}
