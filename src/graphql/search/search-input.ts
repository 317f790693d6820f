import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { registerEnum } from '../schema/register-enum.js';

export enum SearchMetric {
  SCORE = 'SCORE',
  ASYMMETRIC = 'ASYMMETRIC',
}

registerEnum(SearchMetric, 'SearchMetric', 'How results are ordered.', {
  SCORE: 'By score, the best first: soft weights over all probes; whitened cosine for logits.',
  ASYMMETRIC: "By the paper's asymmetric top-k discrepancy, the smallest first.",
});

@InputType({ description: 'Which logits may be found. All conditions hold at once.' })
export class LogitFilter {
  @Field(() => [ID], { nullable: true, description: 'Only logits of these models.' })
  models?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'No logits of these models.' })
  excludeModels?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only logits of models whose name, version or a label contains this, in any case.',
  })
  modelText?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only logits of models whose name contains this, in any case.',
  })
  modelName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only logits of models that were registered as coming from exactly this registry.',
  })
  registry?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Only logits of models under one of these licences, in any case.',
  })
  licences?: string[] | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only logits of models whose file is no larger, in bytes.',
  })
  maxFileBytes?: number | null;

  @Field(() => Int, { nullable: true, description: 'Only logits of models with at least so many outputs.' })
  minClasses?: number | null;

  @Field(() => Int, { nullable: true, description: 'Only logits of models with at most so many outputs.' })
  maxClasses?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only logits of models of which at least this share of the probes was run, 0 to 1.',
  })
  minCoverage?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Only logits whose `expectedAccuracy` is known and at least this, 0 to 1; `totalCount` is null then.',
  })
  minExpectedAccuracy?: number | null;
}
