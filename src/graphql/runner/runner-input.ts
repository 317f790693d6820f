import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, InputType, Int } from 'type-graphql';
import { registerEnum } from '../schema/register-enum.js';

const RunnerResponseKind = {
  UNKNOWN: 'UNKNOWN',
  LOGITS: 'LOGITS',
  LOG_PROBABILITIES: 'LOG_PROBABILITIES',
  PROBABILITIES: 'PROBABILITIES',
  MULTI_LABEL_LOGITS: 'MULTI_LABEL_LOGITS',
  MULTI_LABEL_PROBABILITIES: 'MULTI_LABEL_PROBABILITIES',
} as const;

registerEnum(RunnerResponseKind, 'RunnerResponseKind', 'What the responses of a runner are.', {
  UNKNOWN: 'The runner cannot tell. Values from 0 to 1 are taken for probabilities, others for logits.',
  LOGITS: 'Outputs before any softmax. Values that are probabilities nevertheless are recognized.',
  LOG_PROBABILITIES: 'Logarithms of probabilities.',
  PROBABILITIES: 'Probabilities with a sum of 1.',
  MULTI_LABEL_LOGITS: 'Of independent labels: outputs before each sigmoid.',
  MULTI_LABEL_PROBABILITIES: 'Of independent labels, or of a single one: outputs after each sigmoid.',
});

const RunnerFailureReason = {
  NOT_APPLICABLE: 'NOT_APPLICABLE',
  REFUSED: 'REFUSED',
  LOAD_FAILED: 'LOAD_FAILED',
  RUN_FAILED: 'RUN_FAILED',
  SOURCE_UNAVAILABLE: 'SOURCE_UNAVAILABLE',
  KILLED: 'KILLED',
} as const;

registerEnum(RunnerFailureReason, 'RunnerFailureReason', 'Why a runner could not run a model.', {
  NOT_APPLICABLE: 'It is no image classifier. The ingest ends as NOT_APPLICABLE.',
  REFUSED: 'The runner may not: the model needs pickle, remote code, or more memory or time than allowed.',
  LOAD_FAILED: 'It cannot be loaded.',
  RUN_FAILED: 'It cannot be run on the probes.',
  SOURCE_UNAVAILABLE: 'The registry does not answer. The ingest is tried again later.',
  KILLED: 'The process that ran it died. The ingest is tried again later, a few times.',
});

@InputType({ description: 'A runner, as it describes itself.' })
export class AnnounceRunnerInput {
  @Field({ description: 'Up to 100 characters, such as "gpu-3".' })
  name!: string;

  @Field(() => [String], {
    description: 'What it can run, 1 to 50 names such as `mlflow.pytorch` or `huggingface.timm`.',
  })
  flavors!: string[];

  @Field(() => String, {
    nullable: true,
    description:
      'Its program and versions, up to 500 characters. Runners of one text continue the work of each other.',
  })
  software?: string | null;
}

@InputType({ description: 'How a runner ran a model.' })
export class RunnerResultInput {
  @Field(() => RunnerResponseKind, { defaultValue: RunnerResponseKind.UNKNOWN })
  kind!: keyof typeof RunnerResponseKind;

  @Field(() => [String], {
    nullable: true,
    description:
      "One label for each output, from the version's own files. They are left out, with a note, when they do not fit.",
  })
  labels?: string[] | null;

  @Field(() => [Int], {
    nullable: 'itemsAndList',
    description: "Shape of the model's input; null for a size that is free.",
  })
  inputShape?: (number | null)[] | null;

  @Field(() => String, { nullable: true, description: 'Name of the output, up to 200 characters.' })
  outputName?: string | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'How images were prepared, an object of up to 64 KiB; shown as `Model.preprocessing`.',
  })
  preprocessing?: unknown;

  @Field(() => [String], {
    nullable: true,
    description:
      'What was assumed, cut or left out: up to 20 sentences of up to 500 characters, for `Model.notes`.',
  })
  notes?: string[] | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Peak memory of the process that ran the model, in bytes.',
  })
  peakMemoryBytes?: number | null;
}

@InputType({ description: 'Why a runner could not run a model.' })
export class RunnerFailureInput {
  @Field(() => RunnerFailureReason)
  reason!: keyof typeof RunnerFailureReason;

  @Field({ description: 'What happened, and what to do; up to 2,000 characters.' })
  message!: string;
}
