import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import { MAX_LOGITS_PER_SIDE } from '../../search/index.js';
import { type GraphNames, graphNames } from '../schema-transform/graph-names.js';

/** Fields that search a gallery, name all outputs of a model, or encode a text; by their names in our own graph. */
const SEARCHES: readonly (readonly [type: string, field: string])[] = [
  ['Query', 'logits'],
  ['Query', 'models'],
  ['Query', 'similarity'],
  ['Concept', 'logits'],
  ['Concept', 'models'],
  ['Concept', 'topProbes'],
  ['Logit', 'similar'],
  ['Logit', 'concepts'],
  ['Model', 'logits'],
  ['Model', 'recognizes'],
  ['Model', 'recognises'],
  ['Model', 'summary'],
  ['Model', 'outputNames'],
];

/** Lists of objects that have no `first`, with how many items to count; by their names in our own graph. */
const LISTS: readonly (readonly [type: string, field: string, items: number])[] = [
  ['Query', 'probeSets', 10],
  ['Query', 'registrySweeps', 10],
  ['Query', 'registries', 10],
  ['RunnerClaim', 'pieces', 100],
  ['Mutation', 'syncRegistries', 10],
  ['ModelUpload', 'files', 10],
  ['ModelInspection', 'notes', 10],
  ['Model', 'codedNotes', 10],
  ['Probing', 'codedNotes', 10],
  ['Model', 'dataFiles', 10],
  ['Model', 'tags', 10],
  ['Model', 'outputNames', 2_000],
  ['ModelFacets', 'registry', 10],
  ['ModelFacets', 'license', 10],
  ['ModelFacets', 'outputs', 6],
  ['ModelFacets', 'fileBytes', 6],
  ['ModelFacets', 'status', 4],
  ['SimilarityMatrix', 'rows', MAX_LOGITS_PER_SIDE],
  ['SimilarityMatrix', 'columns', MAX_LOGITS_PER_SIDE],
];

/** Fields whose values are long; by their names in our own graph. */
const LONG_VALUES: readonly (readonly [type: string, field: string, cost: number])[] = [
  // Up to 5.3 MB: four of them in an operation, by default.
  ['SimilarityMatrix', 'cells', 10_000],
  // 427 KB.
  ['GalleryMap', 'points', 2_000],
  // Up to 5.6 MB; and it is decoded, resized and compressed for each request.
  ['ProbePreview', 'image', 1_000],
  // A process runs the model.
  ['Query', 'modelInspection', 5_000],
];

const MARK = 'probelogSearch';
const COST = 'probelogCost';
const ITEMS = 'probelogItems';

/** Marks the fields that cost more than others, under the names they have in this graph. */
export function markCosts(schema: GraphQLSchema, names: GraphNames = graphNames(schema, '')): GraphQLSchema {
  const mark = (typeName: string, fieldName: string, extension: object) => {
    const type = schema.getType(names.type(typeName));
    const field = isObjectType(type) ? type.getFields()[names.field(typeName, fieldName)] : undefined;
    if (field) field.extensions = { ...field.extensions, ...extension };
    return field !== undefined;
  };
  for (const [type, field] of SEARCHES)
    if (!mark(type, field, { [MARK]: true })) throw new Error(`The schema has no field ${type}.${field}.`);
  // A subgraph leaves some fields of a model to others.
  for (const [type, field, items] of LISTS) mark(type, field, { [ITEMS]: items });
  for (const [type, field, cost] of LONG_VALUES) mark(type, field, { [COST]: cost });
  return schema;
}

/** How many items of a list without `first` are counted; undefined for any other field. */
export function itemsOf({
  extensions,
}: Pick<GraphQLField<unknown, unknown>, 'extensions'>): number | undefined {
  const items = extensions[ITEMS];
  return typeof items === 'number' ? items : undefined;
}

/** What a field with a long value costs; undefined for any other field. */
export function valueCostOf({
  extensions,
}: Pick<GraphQLField<unknown, unknown>, 'extensions'>): number | undefined {
  const cost = extensions[COST];
  return typeof cost === 'number' ? cost : undefined;
}

/** Whether a field costs as much as a search. */
export function isSearch({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): boolean {
  return extensions[MARK] === true;
}
