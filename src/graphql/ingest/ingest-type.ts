import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { IngestStage, IngestState } from '../../store/index.js';
import { connectionType } from '../pagination/connection.js';
import { Node } from '../schema/node.js';
import { registerEnum } from '../schema/register-enum.js';

registerEnum(IngestState, 'IngestState', 'Where an ingest stands.', {
  QUEUED: 'It waits for a worker.',
  RUNNING: 'A worker is at it.',
  SUCCEEDED: 'The model can be searched.',
  FAILED: 'It ended with an error; see `error`.',
  CANCELLED: 'A caller ended it.',
});

registerEnum(IngestStage, 'IngestStage', 'What is being done for an ingest.', {
  QUEUED: 'Nothing yet.',
  FETCHING: 'The model file is copied.',
  INSPECTING: 'The graph is read: input, output, preprocessing.',
  PROBING: 'The model is shown the probes.',
  STORING: 'The responses are stored and the model made visible.',
  INDEXING: 'The logits are added to the gallery.',
  DONE: 'Everything is done.',
});

@ObjectType({ description: 'How far an ingest is.' })
export class IngestProgress {
  @Field(() => Int, { description: 'Probes run.' })
  done!: number;

  @Field(() => Int, { description: 'Probes to run; 0 before that is known.' })
  total!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Seconds that the remaining probes will take at this pace.',
  })
  etaSeconds!: number | null;
}

@ObjectType({ description: 'Why an ingest, or its last attempt, ended without success.' })
export class IngestError {
  @Field({ description: 'Stable code; docs/errors.md lists them.' })
  code!: string;

  @Field({ description: 'What was wrong, and what would be right.' })
  message!: string;
}

@ObjectType({ implements: Node, description: 'The work of making one model version searchable.' })
export class Ingest implements Node {
  @Field(() => ID)
  id!: string;

  @Field(() => IngestState)
  state!: IngestState;

  @Field(() => IngestStage)
  stage!: IngestStage;

  @Field(() => Int, { description: 'How often a worker took it up.' })
  attempts!: number;

  @Field(() => Date, {
    nullable: true,
    description:
      'When it is tried at the earliest: after a failure that may pass, or after a cancellation, until its worker has let go. Null when nothing holds it up.',
  })
  nextAttemptAt!: Date | null;

  @Field(() => Int, { description: 'Higher goes first, -10 to 10.' })
  priority!: number;

  @Field()
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  startedAt!: Date | null;

  @Field(() => Date, { nullable: true })
  finishedAt!: Date | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Most memory that the process running the model had, in bytes; null before the model was run.',
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
