import { type ClassType, Ctx, FieldResolver, Float, ID, Resolver, Root } from 'type-graphql';
import { parseNote } from '../../lib/notes.js';
import type { ModelRecord } from '../../store/index.js';
import { Ingest } from '../ingest/ingest-type.js';
import { ProbeSet } from '../probe-set/probe-type.js';
import type { Context } from '../schema/context.js';
import { globalId } from '../schema/global-id.js';
import { ModelNote } from './model-note-type.js';

/**
 * Resolves the fields that every type for a model version has.
 *
 * TypeGraphQL hands the fields of a base class to one subclass only, so each type gets a base class of its own.
 */
export function versionResolver(type: ClassType) {
  @Resolver(() => type)
  abstract class VersionResolver {
    @FieldResolver(() => ID)
    id(@Root() { id }: ModelRecord): string {
      return globalId('Model', id);
    }

    @FieldResolver(() => Float, {
      nullable: true,
      description:
        'Share of the probes that were run, 0 to 1, the same for all logits of the model; null before the model is READY.',
    })
    coverage(@Ctx() { loaders }: Context, @Root() { id }: ModelRecord) {
      return loaders.coverage.load(id);
    }

    @FieldResolver(() => Ingest, {
      nullable: true,
      description: 'The latest ingest; null when there was none.',
    })
    ingest(@Ctx() { loaders }: Context, @Root() { id }: ModelRecord) {
      return loaders.latestIngest.load(id);
    }

    @FieldResolver(() => [String], {
      description:
        'How the model was probed, and what was unusual; one sentence each. `codedNotes` has their codes.',
    })
    notes(@Root() { notes }: ModelRecord): string[] {
      return notes.map((stored) => parseNote(stored).message);
    }

    @FieldResolver(() => [ModelNote], {
      description:
        'How the model was probed: what was assumed, cut, replaced or left out, and what looks wrong.',
    })
    codedNotes(@Root() { notes }: ModelRecord): ModelNote[] {
      return notes.map(parseNote);
    }

    @FieldResolver(() => ProbeSet, { description: 'The probe set that the model is probed with.' })
    probeSet(@Ctx() { loaders }: Context, @Root() { probeSetId }: ModelRecord) {
      return loaders.probeSet.load(probeSetId);
    }
  }
  return VersionResolver;
}
