import { FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { ProbeRecord, ProbeSetRecord } from '../../store/index.js';
import { globalId } from '../global-id.js';
import { Probe, ProbeSet } from '../types/probe.js';

@Resolver(() => ProbeSet)
export class ProbeSetResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: ProbeSetRecord): string {
    return globalId('ProbeSet', id);
  }

  @FieldResolver(() => String, {
    description:
      'Where its images are served as one tar archive, relative to the server; docs/any-framework.md.',
  })
  kitUrl(@Root() { id }: ProbeSetRecord): string {
    return `/probe-sets/${globalId('ProbeSet', id)}/kit.tar`;
  }
}

@Resolver(() => Probe)
export class ProbeResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: ProbeRecord): string {
    return globalId('Probe', id);
  }

  @FieldResolver(() => String)
  url(@Root() { id }: ProbeRecord): string {
    return `/probes/${globalId('Probe', id)}`;
  }
}
