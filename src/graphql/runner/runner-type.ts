import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../pagination/connection.js';

@ObjectType({
  description:
    'A program elsewhere that runs models which are not ONNX, in whatever framework: docs/runners.md.',
})
export class Runner {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'As it calls itself.' })
  name!: string;

  @Field(() => [String], { description: 'What it can run, such as `mlflow.pytorch`.' })
  flavors!: string[];

  @Field(() => String, { nullable: true, description: 'Its program and versions, as it describes them.' })
  software!: string | null;

  @Field({ description: 'When it last claimed, or worked on a claim.' })
  lastSeenAt!: Date;
}

@ObjectType()
export class RunnerEdge {
  @Field()
  cursor!: string;

  @Field(() => Runner)
  node!: Runner;
}

export const RunnerConnection = connectionType('RunnerConnection', RunnerEdge, 'Runners, by name.');

@ObjectType({ description: 'Some probes that a runner runs, and whose responses it uploads together.' })
export class RunnerPiece {
  @Field(() => Int, {
    description: 'From 0; the last part of the address that its responses are uploaded to.',
  })
  number!: number;

  @Field(() => [Int], {
    description: 'Positions in the probe set, at most 64. Rows of the upload are in this order.',
  })
  probes!: number[];

  @Field({ description: 'Whether its responses are here already, perhaps from a runner that died.' })
  received!: boolean;
}

@ObjectType({
  description: 'An ingest that a runner works on. It ends without renewal: renew it every 20 s.',
})
export class RunnerClaim {
  @Field({ description: "The first of the version's flavors that the runner has." })
  flavor!: string;

  @Field({
    description: 'URI of the version in its registry, such as `mlflow:/birds/3` or `hf://owner/name@commit`.',
  })
  source!: string;

  @Field(() => [RunnerPiece], { description: 'The probes to run, in order of number.' })
  pieces!: RunnerPiece[];

  @Field({
    description:
      'Whether no further pieces follow. When all pieces are received, call `completeRunnerClaim` if true, else `nextRunnerProbes`.',
  })
  complete!: boolean;

  @Field({ description: 'When the claim ends unless it is renewed.' })
  leasedUntil!: Date;
}
