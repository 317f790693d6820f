import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Node } from '../schema/node.js';

@ObjectType({
  implements: Node,
  description: 'An ordered set of images that every model is shown. It is never changed.',
})
export class ProbeSet implements Node {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'Unique name.' })
  name!: string;

  @Field({ description: "SHA-256 over the images' digests in order: the identity of the set." })
  digest!: string;

  @Field(() => Int, { description: 'Number of images.' })
  size!: number;

  @Field()
  createdAt!: Date;
}

@ObjectType({ description: 'One image of a probe set.' })
export class Probe {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'Place in the set, from 0.' })
  position!: number;

  @Field({
    description:
      'Where the image is served, relative to the server. For whoever asks with a key or token it is signed: for an hour at least, a browser shows it without them.',
  })
  url!: string;

  @Field(() => Int, { description: 'Pixels.' })
  width!: number;

  @Field(() => Int, { description: 'Pixels.' })
  height!: number;
}

@ObjectType({ description: "A logit's answer to one probe." })
export class ProbeResponse {
  @Field(() => Probe)
  probe!: Probe;

  @Field(() => Float, { nullable: true, description: 'Raw value, as stored; null when it is not a number.' })
  response!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Value in the descriptor: freed of what all outputs share, in standard deviations from the logit's mean over probes. Null for a degenerate logit.",
  })
  standardized!: number | null;
}

@ObjectType({ description: 'How near one probe is to a concept.' })
export class ProbeCosine {
  @Field(() => Probe)
  probe!: Probe;

  @Field(() => Float, { description: 'Cosine of the embeddings, −1 to 1.' })
  cosine!: number;
}
