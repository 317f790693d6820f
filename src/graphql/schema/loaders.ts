import DataLoader from 'dataloader';
import type {
  Annotations,
  DataFile,
  FoundOutput,
  IngestRecord,
  LogitKey,
  LogitRecord,
  ModelRecord,
  ProbeRecord,
  ProbeSetRecord,
} from '../../store/index.js';
import { readResponseRow } from '../logit/response-row.js';
import { modelsByKeys } from '../model/models-by-keys.js';
import type { ModelKey } from '../schema-transform/model-key.js';
import type { Services } from './services.js';

/** Batched lookups of one request: a list costs one statement, not one per item. */
export interface Loaders {
  model: DataLoader<string, ModelRecord | null>;
  /** A model by the key that another graph has for it. */
  modelByKey: DataLoader<ModelKey, ModelRecord | null, string>;
  logit: DataLoader<LogitKey, LogitRecord | null, string>;
  /** An output that a search found, with its model; the fields of both then need no lookup of their own. */
  found: DataLoader<LogitKey, FoundOutput | null, string>;
  latestIngest: DataLoader<string, IngestRecord | null>;
  /** A model's coverage; null before it is published. */
  coverage: DataLoader<string, number | null>;
  /** Tags and aliases; null without any. */
  annotations: DataLoader<string, Annotations | null>;
  /** The files that a model keeps weights in. */
  dataFiles: DataLoader<string, readonly DataFile[]>;
  ingest: DataLoader<string, IngestRecord | null>;
  probeSet: DataLoader<string, ProbeSetRecord | null>;
  probe: DataLoader<string, ProbeRecord | null>;
  /** A probe by its set and position. */
  probeAt: DataLoader<{ probeSetId: string; position: number }, ProbeRecord | null, string>;
  /** Stored responses of one logit, P values. */
  responses: DataLoader<LogitKey & { digest: string }, Float32Array, string>;
  /** The vocabulary's best names for a logit; null without a descriptor. */
  names: DataLoader<LogitKey & { probeSetId: string; first: number }, NamedLogit[] | null, string>;
  /** The probe set of queries that name none; looked up once. */
  defaultProbeSet(): Promise<ProbeSetRecord | null>;
}

/** A name of the vocabulary for a logit. */
export interface NamedLogit {
  text: string;
  score: number;
  confidence: number | null;
}

/** New loaders for one request; nothing carries over to the next caller. */
export function createLoaders(services: Services): Loaders {
  const { store } = services;
  let defaultProbeSet: Promise<ProbeSetRecord | null> | undefined;
  const byId = <T extends { id: string }>(find: (ids: readonly string[]) => Promise<T[]>) =>
    new DataLoader<string, T | null>(async (ids) => inOrder(ids, await find(ids), ({ id }) => id));
  const model = byId((ids) => store.models.byIds(ids));
  const logit = new DataLoader<LogitKey, LogitRecord | null, string>(
    async (keys) => inOrder(keys.map(logitKey), await store.logits.byKeys(keys), logitKey),
    { cacheKeyFn: logitKey },
  );
  return {
    model,
    logit,
    found: new DataLoader<LogitKey, FoundOutput | null, string>(
      async (keys) => {
        const outputs = await store.logits.withModels(keys);
        for (const output of outputs) {
          if (!output) continue;
          logit.prime(output.logit, output.logit);
          model.prime(output.model.id, output.model);
        }
        return outputs;
      },
      { cacheKeyFn: logitKey },
    ),
    modelByKey: new DataLoader<ModelKey, ModelRecord | null, string>((keys) => modelsByKeys(store, keys), {
      cacheKeyFn: (key) => JSON.stringify(key),
    }),
    ingest: byId((ids) => store.ingests.byIds(ids)),
    probeSet: byId((ids) => store.probeSets.byIds(ids)),
    probe: byId((ids) => store.probeSets.probesByIds(ids)),
    latestIngest: new DataLoader(async (modelIds) =>
      inOrder(modelIds, await store.ingests.latestForModels(modelIds), ({ modelId }) => modelId),
    ),
    coverage: new DataLoader(async (modelIds) => {
      const coverages = await store.logits.coverages(modelIds);
      return modelIds.map((id) => coverages.get(id) ?? null);
    }),
    annotations: new DataLoader(async (modelIds) => {
      const annotations = await store.models.annotations(modelIds);
      return modelIds.map((id) => annotations.get(id) ?? null);
    }),
    dataFiles: new DataLoader(async (modelIds) => {
      const files = await store.models.dataFiles(modelIds);
      return modelIds.map((id) => files.get(id) ?? []);
    }),
    probeAt: new DataLoader<{ probeSetId: string; position: number }, ProbeRecord | null, string>(
      async (keys) => {
        const sets = [...new Set(keys.map(({ probeSetId }) => probeSetId))];
        const found = await Promise.all(
          sets.map((probeSetId) => {
            const own = keys.filter((key) => key.probeSetId === probeSetId);
            return store.probeSets.probesAt(
              probeSetId,
              own.map(({ position }) => position),
            );
          }),
        );
        return inOrder(keys.map(probeKey), found.flat(), probeKey);
      },
      { cacheKeyFn: probeKey },
    ),
    responses: new DataLoader<LogitKey & { digest: string }, Float32Array, string>(
      (keys) => Promise.all(keys.map(({ digest, index }) => readResponseRow(store.blobs, digest, index))),
      { cacheKeyFn: ({ digest, index }) => `${digest}/${index}` },
    ),
    names: new DataLoader<LogitKey & { probeSetId: string; first: number }, NamedLogit[] | null, string>(
      (keys) => namesOf(services, keys),
      { cacheKeyFn: (key) => `${logitKey(key)}/${key.first}` },
    ),
    defaultProbeSet: () => {
      defaultProbeSet ??= store.probeSets.default(services.defaultProbeSet);
      return defaultProbeSet;
    },
  };
}

function logitKey({ modelId, index }: LogitKey): string {
  return `${modelId}/${index}`;
}

function probeKey({ probeSetId, position }: { probeSetId: string; position: number }): string {
  return `${probeSetId}/${position}`;
}

function inOrder<T>(keys: readonly string[], found: T[], keyOf: (item: T) => string): (T | null)[] {
  const byKey = new Map(found.map((item) => [keyOf(item), item]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Calls the search once per model. */
async function namesOf(
  { search, concepts }: Services,
  keys: readonly (LogitKey & { probeSetId: string; first: number })[],
): Promise<(NamedLogit[] | null)[]> {
  const found = new Map<string, NamedLogit[] | null>();
  const groups = new Map(keys.map((key) => [`${key.modelId}/${key.first}`, key]));
  for (const { modelId, probeSetId, first } of groups.values()) {
    const group = keys.filter((key) => key.modelId === modelId && key.first === first);
    const vocabulary = await concepts.vocabulary({ id: probeSetId });
    const indexes = group.map(({ index }) => index);
    const named = await search.names(probeSetId, {
      modelId,
      indexes,
      vocabularyPath: vocabulary.path,
      first,
    });
    for (const [place, key] of group.entries()) {
      const names = named[place]?.map(({ name, ...facts }) => ({ text: vocabulary.names[name], ...facts }));
      found.set(`${logitKey(key)}/${first}`, names ?? null);
    }
  }
  return keys.map((key) => found.get(`${logitKey(key)}/${key.first}`) ?? null);
}
