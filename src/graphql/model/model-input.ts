import { Field, Float, ID, InputType } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import { ModelStatus } from '../../store/index.js';
import { keyOf } from '../schema/global-id.js';

@InputType({ description: 'A tag that a model has in its registry.' })
export class TagFilter {
  @Field({ description: 'The whole key.' })
  key!: string;

  @Field(() => String, { nullable: true, description: 'The whole value; any when absent.' })
  value?: string | null;
}

@InputType({ description: 'Which models are listed. All conditions hold at once.' })
export class ModelFilter {
  @Field(() => String, { nullable: true, description: 'Only versions of the model with exactly this name.' })
  name?: string | null;

  @Field(() => ModelStatus, { nullable: true })
  status?: ModelStatus | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only models of which at least this share of the probes was run, 0 to 1.',
  })
  minCoverage?: number | null;

  @Field(() => TagFilter, {
    nullable: true,
    description: 'Only models that have this tag in their registry.',
  })
  tag?: TagFilter | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only models that have exactly this alias in their registry.',
  })
  alias?: string | null;
}

/** What is said of a new model version, wherever it is run. */
@InputType()
export abstract class NewVersionInput {
  @Field({ description: 'Name of the model, 1–300 characters; unique together with `version`.' })
  name!: string;

  @Field({ description: 'Version of the model, 1–300 characters.' })
  version!: string;

  @Field(() => [String], { nullable: true, description: 'One label for each output, in output order.' })
  labels?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'SPDX expression or free text, up to 200 characters.',
  })
  license?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the registry that it comes from, up to 300 characters.',
  })
  registry?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Who sees it: those with this label. Everybody who may read when absent; only an administrator may give another's label.",
  })
  visibility?: string | null;

  @Field(() => ID, { nullable: true, description: 'The probe set; the default one when absent.' })
  probeSet?: string | null;
}

@InputType({
  description: 'A model version that is run by its owner, who uploads its responses; docs/any-framework.md.',
})
export class RegisterModelInput extends NewVersionInput {
  @Field(() => String, {
    nullable: true,
    description: 'Old name of `license`.',
    deprecationReason: 'Use license.',
  })
  licence?: string | null;
}

/**
 * The input for a new model version as the store takes it, where an absent value is undefined.
 *
 * @throws ProbelogError INPUT_INVALID when both names of the license are given, ID_INVALID
 */
export function newVersion({
  name,
  version,
  labels,
  license,
  licence,
  registry,
  visibility,
  probeSet,
}: NewVersionInput & { licence?: string | null }) {
  if ((license ?? null) !== null && (licence ?? null) !== null) {
    const message = 'licence is the old name of license; give only license.';
    throw new ProbelogError('INPUT_INVALID', message, { arguments: ['license', 'licence'] });
  }
  return {
    name,
    version,
    labels: labels ?? undefined,
    license: license ?? licence ?? undefined,
    registry: registry ?? undefined,
    visibility: visibility ?? undefined,
    probeSet: probeSet ? keyOf('ProbeSet', probeSet) : undefined,
  };
}
