import { Resolver } from 'type-graphql';
import { Probing } from '../types/probing.js';
import { versionResolver } from './version-resolver.js';

@Resolver(() => Probing)
export class ProbingResolver extends versionResolver(Probing) {}
