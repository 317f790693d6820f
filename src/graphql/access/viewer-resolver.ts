import { Ctx, Query, Resolver } from 'type-graphql';
import { allows, SCOPES } from '../../access/index.js';
import type { Context } from '../schema/context.js';
import { Viewer } from './viewer-type.js';

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'What the caller may do, so that a page offers nothing else.' })
  viewer(@Ctx() { principal }: Context): Viewer {
    const { labels, registry } = principal;
    return { scopes: SCOPES.filter((scope) => allows(principal, [scope])), labels: [...labels], registry };
  }
}
