import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { ModelStatus } from './enums.js';

@InputType({
  description:
    'Several concepts as one: as good as the worst of `all` and the best of `any`, less what `none` reaches. At least one in `all` or `any`, at most 20 in all. `none` is refused with metric ASYMMETRIC.',
})
export class ConceptInput {
  @Field(() => [String], { nullable: true, description: 'Each of these is recognized.' })
  all?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'At least one of these is recognized.' })
  any?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'None of these is recognized.' })
  none?: string[] | null;
}

@InputType({ description: 'Which logits may be found. All conditions hold at once.' })
export class LogitFilter {
  @Field(() => [ID], { nullable: true, description: 'Only logits of these models.' })
  models?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'No logits of these models.' })
  excludeModels?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only logits of models whose name, version or a label contains this, in any case.',
  })
  modelText?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only logits of models whose name contains this, in any case.',
  })
  modelName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only logits of models that were registered as coming from exactly this registry.',
  })
  registry?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Only logits of models under one of these licences, in any case.',
  })
  licences?: string[] | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only logits of models whose file is no larger, in bytes.',
  })
  maxFileBytes?: number | null;

  @Field(() => Int, { nullable: true, description: 'Only logits of models with at least so many outputs.' })
  minClasses?: number | null;

  @Field(() => Int, { nullable: true, description: 'Only logits of models with at most so many outputs.' })
  maxClasses?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only logits of models of which at least this share of the probes was run, 0 to 1.',
  })
  minCoverage?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Only logits whose `expectedAccuracy` is known and at least this, 0 to 1; `totalCount` is null then.',
  })
  minExpectedAccuracy?: number | null;
}

@InputType({ description: 'A tag that a model has in its registry.' })
export class TagFilter {
  @Field({ description: 'The whole key.' })
  key!: string;

  @Field(() => String, { nullable: true, description: 'The whole value; any when absent.' })
  value?: string | null;
}

@InputType({ description: 'Which models are listed. All conditions hold at once.' })
export class ModelFilter {
  @Field(() => String, { nullable: true, description: 'Only versions of the model with exactly this name.' })
  name?: string | null;

  @Field(() => ModelStatus, { nullable: true })
  status?: ModelStatus | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only models of which at least this share of the probes was run, 0 to 1.',
  })
  minCoverage?: number | null;

  @Field(() => TagFilter, {
    nullable: true,
    description: 'Only models that have this tag in their registry.',
  })
  tag?: TagFilter | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only models that have exactly this alias in their registry.',
  })
  alias?: string | null;
}

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

/** What is said of a new model version, wherever it is run. */
@InputType()
export abstract class NewVersionInput {
  @Field({ description: 'Name of the model, 1–300 characters; unique together with `version`.' })
  name!: string;

  @Field({ description: 'Version of the model, 1–300 characters.' })
  version!: string;

  @Field(() => [String], { nullable: true, description: 'One label for each output, in output order.' })
  labels?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its licence: SPDX or free text, up to 200 characters.',
  })
  licence?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the registry that it comes from, up to 300 characters.',
  })
  registry?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Who sees it: those with this label. Everybody who may read when absent; only an administrator may give another's label.",
  })
  visibility?: string | null;

  @Field(() => ID, { nullable: true, description: 'The probe set; the default one when absent.' })
  probeSet?: string | null;
}

@InputType({
  description: 'A model version that is run by its owner, who uploads its responses; docs/any-framework.md.',
})
export class RegisterModelInput extends NewVersionInput {}

@InputType({ description: 'A model version to be registered.' })
export class IngestModelInput extends NewVersionInput {
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
