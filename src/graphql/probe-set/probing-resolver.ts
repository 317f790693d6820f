import { Resolver } from 'type-graphql';
import { versionResolver } from '../model/version-resolver.js';
import { Probing } from './probing-type.js';

@Resolver(() => Probing)
export class ProbingResolver extends versionResolver(Probing) {}
