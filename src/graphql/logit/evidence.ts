import { Field, Float, ObjectType } from 'type-graphql';
import { Probe } from '../probe-set/probe-type.js';

@ObjectType({ description: 'One probe that made a logit match.' })
export class Evidence {
  @Field(() => Probe)
  probe!: Probe;

  @Field(() => Float, {
    description:
      "The query at this probe: a concept's or picture's cosine, or the asking logit's response, in standard deviations.",
  })
  query!: number;

  @Field(() => Float, { description: "The found logit's response, in standard deviations." })
  response!: number;

  @Field(() => Float, {
    description: 'Its part of the correlation of query and logit, to which the parts of all probes add up.',
  })
  contribution!: number;
}
