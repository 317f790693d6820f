import { ProbelogError } from '../../errors/index.js';
import type { ModelRecord } from '../../store/index.js';
import { normalizeConcept } from '../../text/index.js';
import type { ConceptRoot } from '../concept/concept-resolver.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import type { Context } from '../schema/context.js';
import { logitKeyOf } from '../schema/global-id.js';
import { MODEL } from '../schema-transform/graph-names.js';
import { type KeyFields, keyIn, keyPart } from '../schema-transform/model-key.js';
import type { Meeting, TransformedResolver } from '../schema-transform/transform-resolvers.js';

/** What a gateway sends for an entity: its type and key fields, of which nothing is checked yet. */
type Reference = Readonly<Record<string, unknown>>;

/** Our resolvers in our own server: its context and errors are ours, and a model version is our record. */
export const ownMeeting: Meeting = {
  context: (own) => own as Context,
  error: (thrown) => thrown,
  model: {
    record: async (parent) => parent as ModelRecord,
    node: (record) => record,
  },
};

/**
 * What finds an entity, by our name of its type. All references of a request are looked up together, by the loaders;
 * null is a model version that was never registered here.
 */
export function referenceResolvers(modelKey: KeyFields): Record<string, TransformedResolver> {
  return {
    [MODEL]: onReference((reference, { loaders }) => loaders.modelByKey.load(keyIn(modelKey, reference))),
    Logit: onReference(({ id }, { loaders }) => loaders.logit.load(logitKeyOf(textOf('id', id)))),
    Concept: onReference(
      async ({ text }, context): Promise<ConceptRoot> => ({
        text: normalizeConcept(textOf('text', text)),
        probeSet: await findProbeSet(context, undefined),
      }),
    ),
  };
}

/** The key fields of a model version. */
export function keyResolvers(modelKey: KeyFields): Record<string, TransformedResolver> {
  return Object.fromEntries(
    Object.entries(modelKey).map(([field, part]) => [
      field,
      (model: unknown) => keyPart(part, model as ModelRecord),
    ]),
  );
}

/** Federation calls these with a reference, the context, and more that is not needed. */
function onReference(
  find: (reference: Reference, context: Context) => Promise<unknown>,
): TransformedResolver {
  return async (reference, context) => find(reference as Reference, context as unknown as Context);
}

/** @throws ProbelogError INPUT_INVALID */
function textOf(field: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ProbelogError('INPUT_INVALID', `The ${field} of a reference must be a text.`, { field });
}
