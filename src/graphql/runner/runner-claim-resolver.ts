import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { RunnerWork } from '../../ingest/index.js';
import { Ingest } from '../ingest/ingest-type.js';
import { Model } from '../model/model-type.js';
import { ProbeSet } from '../probe-set/probe-type.js';
import type { Context } from '../schema/context.js';
import { claimId, claimKeyOf, keyOf } from '../schema/global-id.js';
import { withoutNulls } from '../schema/without-nulls.js';
import { RunnerFailureInput, RunnerResultInput } from './runner-input.js';
import { RunnerClaim } from './runner-type.js';

@Resolver(() => RunnerClaim)
export class RunnerClaimResolver {
  @FieldResolver(() => ID, {
    description: 'Of this attempt: the next claim of the same ingest has another one.',
  })
  id(@Root() { key }: RunnerWork): string {
    return claimId(key);
  }

  @FieldResolver(() => String, {
    description:
      'URL, relative to the server, that takes the responses of piece n by PUT at `<responsesUrl>/<n>`: docs/runners.md.',
  })
  responsesUrl(@Ctx() { basePath }: Context, @Root() { key }: RunnerWork): string {
    return `${basePath}/runner-claims/${claimId(key)}/responses`;
  }

  @FieldResolver(() => Ingest)
  ingest(@Root() { ingest }: RunnerWork) {
    return ingest;
  }

  @FieldResolver(() => Model, { description: 'The model version to run.' })
  model(@Root() { model }: RunnerWork) {
    return model;
  }

  @FieldResolver(() => ProbeSet, { description: 'The probe set; its `kitUrl` has the images.' })
  probeSet(@Root() { probeSet }: RunnerWork) {
    return probeSet;
  }

  @Mutation(() => RunnerClaim, {
    nullable: true,
    description:
      'Claims the next ingest that waits for one of the flavors of a runner; null when none is due.',
  })
  claimForRunner(@Ctx() { runners }: Context, @Arg('runner', () => ID) runner: string) {
    return runners.claim(keyOf('Runner', runner));
  }

  @Mutation(() => RunnerClaim, {
    description: 'Renews a claim for another 60 s. Uploading a piece renews it, too.',
  })
  renewRunnerClaim(@Ctx() { runners }: Context, @Arg('claim', () => ID) claim: string) {
    return runners.renew(claimKeyOf(claim));
  }

  @Mutation(() => RunnerClaim, {
    description: 'The claim with the pieces that follow, once all known ones were received.',
  })
  nextRunnerProbes(@Ctx() { runners }: Context, @Arg('claim', () => ID) claim: string) {
    return runners.next(claimKeyOf(claim));
  }

  @Mutation(() => Ingest, {
    description:
      'Publishes the model of a claim whose responses were all received. Repeating it changes nothing.',
  })
  completeRunnerClaim(
    @Ctx() { runners }: Context,
    @Arg('claim', () => ID) claim: string,
    @Arg('input', () => RunnerResultInput) input: RunnerResultInput,
  ) {
    return runners.complete(claimKeyOf(claim), withoutNulls(input));
  }

  @Mutation(() => Ingest, {
    description: 'Ends the ingest of a claim, or has it tried again later when the failure may pass.',
  })
  failRunnerClaim(
    @Ctx() { runners }: Context,
    @Arg('claim', () => ID) claim: string,
    @Arg('input', () => RunnerFailureInput) input: RunnerFailureInput,
  ) {
    return runners.fail(claimKeyOf(claim), { ...input });
  }

  @Mutation(() => Ingest, {
    description:
      'Gives a claim back to the queue, such as when the runner is stopped. Its received pieces stay.',
  })
  releaseRunnerClaim(@Ctx() { runners }: Context, @Arg('claim', () => ID) claim: string) {
    return runners.release(claimKeyOf(claim));
  }
}
