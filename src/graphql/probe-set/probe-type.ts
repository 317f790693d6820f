import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../pagination/connection.js';
import { Node } from '../schema/node.js';

@ObjectType({
  implements: Node,
  description: 'Ordered, immutable probes. Results of different probe sets are never compared.',
})
export class ProbeSet implements Node {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'Unique name.' })
  name!: string;

  @Field({ description: "SHA-256 over the probes' digests in order; identifies the set." })
  digest!: string;

  @Field(() => Int, { description: 'Number of probes.' })
  size!: number;

  @Field()
  createdAt!: Date;
}

@ObjectType({ description: 'One image of a probe set.' })
export class Probe {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'Position in the set, from 0.' })
  position!: number;

  @Field(() => Int, { description: 'Pixels.' })
  width!: number;

  @Field(() => Int, { description: 'Pixels.' })
  height!: number;
}

@ObjectType({ description: "A logit's response to one probe." })
export class ProbeResponse {
  @Field(() => Probe)
  probe!: Probe;

  @Field(() => Float, { nullable: true, description: 'Raw value, as stored; null when it is not finite.' })
  response!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Value in the descriptor: without what all outputs share, in standard deviations from the logit's mean over the probes. Null for a degenerate logit.",
  })
  standardized!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Old name of `standardized`.',
    deprecationReason: 'Use standardized.',
  })
  standardised!: number | null;
}

@ObjectType({ description: 'How similar one probe is to a concept.' })
export class ProbeCosine {
  @Field(() => Probe)
  probe!: Probe;

  @Field(() => Float, { description: 'Cosine of the embeddings, −1 to 1.' })
  cosine!: number;
}

@ObjectType()
export class ProbeEdge {
  @Field()
  cursor!: string;

  @Field(() => Probe)
  node!: Probe;
}

export const ProbeConnection = connectionType(
  'ProbeConnection',
  ProbeEdge,
  'Probes of a set, in their order.',
);
