import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, InputType, Int } from 'type-graphql';
import type { ProbingRequest } from '../../ingest/index.js';
import { NewVersionInput } from '../model/model-input.js';
import { withoutNulls } from '../schema/without-nulls.js';

@InputType({
  description: 'How many of the probes are run; docs/collaborative-probing.md.',
})
export class ProbingInput {
  @Field(() => Float, {
    nullable: true,
    description:
      'Share of the probes to run, 0.02 to 1, once the gallery has learned enough for it. The server setting when absent.',
  })
  budget?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Probing stops early when the expected error of the model's logits falls to this, 0 to 1. The server setting when absent.",
  })
  errorBound?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "All probes are run when the expected error after the budget is more than this many times the error of the gallery's own models, 0 to 100; 0 means never. When absent: 0 if `budget` or `errorBound` is given, else the server setting.",
  })
  errorFactor?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Runs every probe. Not with `budget`, `errorBound` or `errorFactor`.',
  })
  full?: boolean | null;
}

@InputType({ description: 'A model to register and probe.' })
export class IngestModelInput extends NewVersionInput {
  @Field(() => String, {
    nullable: true,
    description: 'Old name of `license`.',
    deprecationReason: 'Use license.',
  })
  licence?: string | null;

  @Field({
    description:
      'An ONNX file: an http(s) URL, an upload (upload:…, from `openModelUpload`), or, where the server settings allow it, s3://bucket/key or a path on the server.',
  })
  source!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'How probes are turned into the model input; docs/preprocessing.md. Detected when absent.',
  })
  preprocessing?: unknown;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the output tensor, needed when several qualify.',
  })
  output?: string | null;

  @Field(() => ProbingInput, {
    nullable: true,
    description: 'How many of the probes are run; the server settings when absent.',
  })
  probing?: ProbingInput | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Place in the queue, -10 to 10; higher runs first. 0 when absent.',
  })
  priority?: number | null;
}

/** The input for probing as the ingest takes it, where an absent value is undefined. */
export function probingRequest(input: ProbingInput | null | undefined): ProbingRequest | undefined {
  return input ? withoutNulls(input) : undefined;
}
