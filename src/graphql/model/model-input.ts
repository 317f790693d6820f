import { Field, Float, ID, InputType } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import { type ModelFacts, ModelStatus } from '../../store/index.js';
import { keyOf } from '../schema/global-id.js';
import { registerEnum } from '../schema/register-enum.js';
import { withoutNulls } from '../schema/without-nulls.js';

@InputType({ description: 'A tag of a model in its registry.' })
export class TagFilter {
  @Field({ description: 'The whole key.' })
  key!: string;

  @Field(() => String, { nullable: true, description: 'The whole value; any value when absent.' })
  value?: string | null;
}

@InputType({ description: 'Which models are listed. All conditions must hold.' })
export class ModelFilter {
  @Field(() => String, { nullable: true, description: 'Only versions of the model with exactly this name.' })
  name?: string | null;

  @Field(() => ModelStatus, { nullable: true })
  status?: ModelStatus | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only models with at least this coverage (share of probes run), 0 to 1.',
  })
  minCoverage?: number | null;

  @Field(() => TagFilter, {
    nullable: true,
    description: 'Only models with this tag in their registry.',
  })
  tag?: TagFilter | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only models with exactly this alias in their registry.',
  })
  alias?: string | null;
}

export enum ModelSort {
  OLDEST = 'OLDEST',
  NEWEST = 'NEWEST',
  NAME = 'NAME',
  OUTPUTS = 'OUTPUTS',
  SIZE = 'SIZE',
}

registerEnum(ModelSort, 'ModelSort', 'How models without a concept are ordered.', {
  OLDEST: 'In the order of their registration.',
  NEWEST: 'The last registered first.',
  NAME: 'By name, and versions of one name by version.',
  OUTPUTS: 'The most outputs first; models that are not probed yet last.',
  SIZE: 'The smallest file first; models without a file here last.',
});

/** The field of each fact, so that a fact without one does not compile. */
type FactFields = { [Fact in keyof ModelFacts]: ModelFacts[Fact] | undefined };

/** A new model, wherever it is run. */
@InputType()
export abstract class NewVersionInput implements FactFields {
  @Field({ description: 'Name of the model, 1–300 characters; unique together with `version`.' })
  name!: string;

  @Field({ description: 'Version of the model, 1–300 characters.' })
  version!: string;

  @Field(() => [String], { nullable: true, description: 'One label for each output, in output order.' })
  labels!: string[] | null | undefined;

  @Field(() => String, {
    nullable: true,
    description: 'SPDX expression or free text, up to 200 characters.',
  })
  license!: string | null | undefined;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the registry that the model comes from, up to 300 characters.',
  })
  registry!: string | null | undefined;

  @Field(() => String, {
    nullable: true,
    description:
      'Visibility label: only principals with it see the model. When absent, all callers who may read see it. Labels that the caller does not have need the scope admin.',
  })
  visibility!: string | null | undefined;

  @Field(() => ID, { nullable: true, description: 'The probe set; the default one when absent.' })
  probeSet?: string | null;
}

@InputType({
  description: 'A model that its owner runs, who then uploads its responses; docs/any-framework.md.',
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
 * The input for a new model version as the service takes it, where an absent value is undefined.
 *
 * @throws ProbelogError INPUT_INVALID when both names of the license are given, ID_INVALID
 */
export function newVersion<Input extends NewVersionInput & { licence?: string | null }>({
  licence,
  ...input
}: Input) {
  if ((input.license ?? null) !== null && (licence ?? null) !== null) {
    const message = 'licence is the old name of license; give only license.';
    throw new ProbelogError('INPUT_INVALID', message, { arguments: ['license', 'licence'] });
  }
  return {
    ...withoutNulls(input),
    license: input.license ?? licence ?? undefined,
    probeSet: input.probeSet ? keyOf('ProbeSet', input.probeSet) : undefined,
  };
}
