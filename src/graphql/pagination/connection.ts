import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { Fit, FitReason } from './fit.js';

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
  class Connection extends pageType(edge) {}
  return Connection;
}

/** The same for results of a search, with how well the gallery answers it. */
export function answerType<Edge extends object>(name: string, edge: ClassType<Edge>, description: string) {
  @ObjectType(name, { description })
  class Answer extends pageType(edge) {
    @Field(() => Fit, {
      nullable: true,
      description:
        'How well the searched logits answer the query, by the confidence of its first result (docs/accuracy.md). The same on all pages. Null where confidence is null, in an empty gallery, and in a list that answers no query.',
    })
    fit?: Fit | null;

    @Field(() => FitReason, {
      nullable: true,
      description: 'Why `fit` is not GOOD; null when it is, or null.',
    })
    reason?: FitReason | null;
  }
  return Answer;
}

function pageType<Edge extends object>(edge: ClassType<Edge>) {
  @ObjectType()
  abstract class Page implements ConnectionOf<Edge> {
    @Field(() => [edge], { description: 'The items of this page, in order.' })
    edges!: Edge[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    @Field(() => Int, {
      nullable: true,
      description:
        'Number of items on all pages; null where counting would be costly, as with the filters `minExpectedAccuracy` and `minConfidence`.',
    })
    totalCount?: number | null;
  }
  return Page;
}
