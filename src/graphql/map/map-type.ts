import { Field, ID, Int, ObjectType } from 'type-graphql';
import { registerEnum } from '../schema/register-enum.js';

export enum GalleryMapState {
  TOO_SMALL = 'TOO_SMALL',
  MAKING = 'MAKING',
  READY = 'READY',
}

registerEnum(GalleryMapState, 'GalleryMapState', 'Whether a gallery has a map.', {
  TOO_SMALL: 'It has too few logits.',
  MAKING: 'The first map is being made. Ask again.',
  READY: 'It has one.',
});

@ObjectType({
  description:
    'A gallery in two dimensions: logits that recognize the same are near each other. It is made when it is first wanted, and again when the gallery has changed enough; each is turned to the one before.',
})
export class GalleryMap {
  @Field(() => GalleryMapState)
  state!: GalleryMapState;

  @Field(() => String, { nullable: true, description: 'Pages with another version are of another map.' })
  version!: string | null;

  @Field({ description: 'Whether a newer one is being made.' })
  isMaking!: boolean;

  @Field(() => Int, { description: 'Points that the caller sees.' })
  total!: number;

  @Field(() => [ID], { description: 'Models of the points of this page.' })
  models!: string[];

  @Field({
    description:
      'The points of this page in base64. Each has 16 bytes, little-endian: x and y as float32, the place of its model in `models` and the index of its logit as uint32.',
  })
  points!: string;
}
