import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Something that a text names.' })
export class Concept {
  @Field({ description: 'The text, with blanks made single.' })
  text!: string;
}
