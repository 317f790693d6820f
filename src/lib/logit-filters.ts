/** What values a filter takes: ids of models, texts, one text, a whole number of 0 or more, or a share from 0 to 1. */
type FilterKind = 'IDS' | 'TEXTS' | 'TEXT' | 'COUNT' | 'SHARE';

/** A filter of searches. */
interface FilterField {
  kind: FilterKind;
  /** In the schema. */
  description: string;
  /** On the command line: name, placeholder and help. */
  flag: { name: `--${string}`; value: string; help: string };
  /** The old name, which is still accepted. */
  deprecatedName?: string;
}

/**
 * The filters of searches: the GraphQL input `LogitFilter`, its checks and the command-line flags are made from this
 * table. To add a filter, add a line here and its condition in graphql/search/logit-filter.ts, which does not compile
 * without it.
 */
export const LOGIT_FILTERS = {
  models: {
    kind: 'IDS',
    description: 'Only logits of these models.',
    flag: { name: '--models', value: '<model...>', help: 'only these models: names, name@version or ids' },
  },
  excludeModels: {
    kind: 'IDS',
    description: 'No logits of these models.',
    flag: { name: '--exclude-models', value: '<model...>', help: 'no logits of these models' },
  },
  modelText: {
    kind: 'TEXT',
    description:
      'Only logits of models whose name, version or a label contains this, in any case; 1 to 300 characters.',
    flag: {
      name: '--model-text',
      value: '<text>',
      help: 'only models whose name, version or labels contain this',
    },
  },
  modelName: {
    kind: 'TEXT',
    description: 'Only logits of models whose name contains this, in any case; 1 to 300 characters.',
    flag: { name: '--model-name', value: '<text>', help: 'only models whose name contains this' },
  },
  registry: {
    kind: 'TEXT',
    description: 'Only logits of models from the registry with exactly this name.',
    flag: { name: '--registry', value: '<name>', help: 'only models from this registry' },
  },
  registries: {
    kind: 'TEXTS',
    description:
      'Only logits of models from one of these registries, by their exact names; an empty text stands for models that were registered directly. At most 1,000.',
    flag: {
      name: '--registries',
      value: '<name...>',
      help: 'only models from one of these registries; "" for those registered directly',
    },
  },
  licenses: {
    kind: 'TEXTS',
    description:
      'Only logits of models under one of these licenses, in any case; an empty text stands for models without one. At most 1,000.',
    flag: { name: '--license', value: '<license...>', help: 'only models under one of these licenses' },
    deprecatedName: 'licences',
  },
  minFileBytes: {
    kind: 'COUNT',
    description: 'Only logits of models whose file has at least this many bytes.',
    flag: {
      name: '--min-file-bytes',
      value: '<n>',
      help: 'only models whose file has at least this many bytes',
    },
  },
  maxFileBytes: {
    kind: 'COUNT',
    description: 'Only logits of models whose file has at most this many bytes.',
    flag: {
      name: '--max-file-bytes',
      value: '<n>',
      help: 'only models whose file has at most this many bytes',
    },
  },
  minClasses: {
    kind: 'COUNT',
    description: 'Only logits of models with at least this many outputs.',
    flag: { name: '--min-classes', value: '<n>', help: 'only models with at least this many outputs' },
  },
  maxClasses: {
    kind: 'COUNT',
    description: 'Only logits of models with at most this many outputs.',
    flag: { name: '--max-classes', value: '<n>', help: 'only models with at most this many outputs' },
  },
  minCoverage: {
    kind: 'SHARE',
    description: 'Only logits of models with at least this coverage (share of probes run), 0 to 1.',
    flag: {
      name: '--min-coverage',
      value: '<share>',
      help: 'only models probed with at least this share of the probes, 0 to 1',
    },
  },
  minExpectedAccuracy: {
    kind: 'SHARE',
    description:
      'Only logits whose `expectedAccuracy` is known and at least this, 0 to 1. `totalCount` is then null.',
    flag: {
      name: '--min-expected-accuracy',
      value: '<share>',
      help: 'only logits with at least this expected accuracy, 0 to 1',
    },
  },
  minConfidence: {
    kind: 'SHARE',
    description:
      'Only results whose `confidence` is known and at least this, 0 to 1; refused with the metric ASYMMETRIC. `totalCount` is then null.',
    flag: {
      name: '--min-confidence',
      value: '<share>',
      help: 'only results with at least this confidence, 0 to 1',
    },
  },
} as const satisfies Record<string, FilterField>;

/** A filter's name. */
export type LogitFilterName = keyof typeof LOGIT_FILTERS;

interface Values {
  IDS: string[];
  TEXTS: string[];
  TEXT: string;
  COUNT: number;
  SHARE: number;
}

/** The value that a filter takes. */
export type LogitFilterValue<Name extends LogitFilterName> = Values[(typeof LOGIT_FILTERS)[Name]['kind']];
