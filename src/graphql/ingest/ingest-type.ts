import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../pagination/connection.js';
import { IngestStage, IngestState } from '../schema/enums.js';

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

@ObjectType({ description: 'The work of making one model version searchable.' })
export class Ingest {
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
