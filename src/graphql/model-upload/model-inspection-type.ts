import { GraphQLJSON } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { ModelNote } from '../model/model-note-type.js';
import { Probe } from '../probe-set/probe-type.js';

@ObjectType({ description: 'What an ingest would read of a model, and assume of it.' })
export class ModelInspection {
  @Field({ description: 'The tensor that responses are read from.' })
  output!: string;

  @Field(() => Int)
  outputs!: number;

  @Field({ description: 'Whether the outputs are independent labels.' })
  multiLabel!: boolean;

  @Field(() => GraphQLJSON, { description: 'How its images are prepared; complete: docs/preprocessing.md.' })
  preprocessing!: unknown;

  @Field(() => Int, { nullable: true, description: 'How many labels were found; null when none were.' })
  labelCount!: number | null;

  @Field(() => [String], {
    description: 'The first 100 of them, in output order; empty where an output has none.',
  })
  labels!: string[];

  @Field(() => [ModelNote], {
    description: 'What would be assumed, cut, replaced or left out, and what looks wrong.',
  })
  notes!: ModelNote[];
}

@ObjectType({
  description:
    'What a model sees of a probe: its pixels after resizing and cropping, before they are normalized.',
})
export class ProbePreview {
  @Field(() => Probe)
  probe!: Probe;

  @Field({ description: 'A PNG as a data: URL.' })
  image!: string;

  @Field(() => Int, { description: 'Pixels.' })
  width!: number;

  @Field(() => Int)
  height!: number;
}
