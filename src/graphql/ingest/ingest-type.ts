import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { IngestStage, IngestState } from '../../store/index.js';
import { connectionType } from '../pagination/connection.js';
import { Node } from '../schema/node.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(IngestState, 'IngestState', 'State of an ingest.', {
  QUEUED: 'Waiting for a worker.',
  AWAITING_RUNNER:
    'The version has no ONNX file. It waits for a runner of one of its `runnerFlavors`: docs/runners.md.',
  RUNNING: 'A worker or a runner runs it.',
  SUCCEEDED: 'The model can be searched.',
  FAILED: 'Ended with an error; see `error`.',
  NOT_APPLICABLE: 'Ended because the version is no image classifier; `error` says why.',
  CANCELLED: 'Ended by a caller.',
});

registerEnum(IngestStage, 'IngestStage', 'Current step of an ingest.', {
  QUEUED: 'Not started.',
  FETCHING: 'Copying the model file.',
  INSPECTING: 'Reading the graph: input, output, preprocessing.',
  PROBING: 'Running the model on the probes.',
  STORING: 'Storing the responses and publishing the model.',
  INDEXING: 'Adding the logits to the gallery.',
  DONE: 'Finished.',
});

@ObjectType({ description: 'Progress of an ingest.' })
export class IngestProgress {
  @Field(() => Int, { description: 'Probes run.' })
  done!: number;

  @Field(() => Int, { description: 'Probes to run; 0 before the number is known.' })
  total!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Seconds until the remaining probes are run, at the current pace.',
  })
  etaSeconds!: number | null;
}

@ObjectType({ description: 'Why an ingest, or its last attempt, ended without success.' })
export class IngestError {
  @Field({ description: 'Stable code; docs/errors.md lists them.' })
  code!: string;

  @Field({ description: 'What happened, and what to do.' })
  message!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What to do about errors with this code; null for a code that this server does not know.',
  })
  remedy!: string | null;
}

@ObjectType({ implements: Node, description: 'A request to probe a model and make it searchable.' })
export class Ingest implements Node {
  @Field(() => ID)
  id!: string;

  @Field(() => IngestState)
  state!: IngestState;

  @Field(() => IngestStage)
  stage!: IngestStage;

  @Field(() => Int, { description: 'How often a worker has started it.' })
  attempts!: number;

  @Field(() => Date, {
    nullable: true,
    description:
      'Earliest time of the next attempt, after a temporary failure or while a cancelled attempt still ends. Null when the ingest need not wait.',
  })
  nextAttemptAt!: Date | null;

  @Field(() => Int, { description: 'Place in the queue, -10 to 10; higher runs first.' })
  priority!: number;

  @Field(() => [String], {
    description:
      'Flavors that a runner needs one of, the best first, such as `mlflow.pytorch`; empty when this server runs the model itself.',
  })
  runnerFlavors!: string[];

  @Field()
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  startedAt!: Date | null;

  @Field(() => Date, { nullable: true })
  finishedAt!: Date | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Peak memory of the process that ran the model, in bytes; null before the model is run.',
  })
  peakMemoryBytes!: number | null;
}

@ObjectType()
export class IngestEdge {
  @Field()
  cursor!: string;

  @Field(() => Ingest)
  node!: Ingest;
}

export const IngestConnection = connectionType('IngestConnection', IngestEdge, 'Ingests, newest first.');
