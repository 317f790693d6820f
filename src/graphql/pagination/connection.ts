import { type ClassType, Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Where a page ends.' })
export class PageInfo {
  @Field({ description: 'Whether there are results after this page.' })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Pass it as `after` to get the next page.' })
  endCursor!: string | null;
}

/** One page of a list. */
export interface ConnectionOf<Edge> {
  edges: Edge[];
  pageInfo: PageInfo;
}

/** A Relay connection type over an edge type. */
export function connectionType<Edge extends object>(
  name: string,
  edge: ClassType<Edge>,
  description: string,
) {
  @ObjectType(name, { description })
  class Connection implements ConnectionOf<Edge> {
    @Field(() => [edge], { description: 'The items of this page, in order.' })
    edges!: Edge[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    @Field(() => Int, {
      nullable: true,
      description:
        'Number of items on all pages; null where counting would be costly, as with the filter `minExpectedAccuracy`.',
    })
    totalCount?: number | null;
  }
  return Connection;
}
