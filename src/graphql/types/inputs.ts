import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import { ModelStatus } from './enums.js';

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
}

@InputType({ description: 'Which models are listed. All conditions hold at once.' })
export class ModelFilter {
  @Field(() => ModelStatus, { nullable: true })
  status?: ModelStatus | null;
}

@InputType({ description: 'A model version to be registered.' })
export class IngestModelInput {
  @Field({ description: 'Name of the model, 1–300 characters; unique together with `version`.' })
  name!: string;

  @Field({ description: 'Version of the model, 1–300 characters.' })
  version!: string;

  @Field({
    description: 'An http(s) URL of an ONNX file, or a path on the server where the settings allow it.',
  })
  source!: string;

  @Field(() => [String], { nullable: true, description: 'One label for each output, in output order.' })
  labels?: string[] | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'How images are prepared; docs/preprocessing.md.',
  })
  preprocessing?: unknown;

  @Field(() => String, { nullable: true, description: 'The output tensor, when several qualify.' })
  output?: string | null;

  @Field(() => ID, { nullable: true, description: 'The probe set; the default one when absent.' })
  probeSet?: string | null;
}
