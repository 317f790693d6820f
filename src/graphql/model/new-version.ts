import { keyOf } from '../schema/global-id.js';
import type { NewVersionInput } from '../schema/inputs.js';

/** What a caller says of a new model version: null in GraphQL is the same as absent. */
export function newVersion({
  name,
  version,
  labels,
  licence,
  registry,
  visibility,
  probeSet,
}: NewVersionInput) {
  return {
    name,
    version,
    labels: labels ?? undefined,
    licence: licence ?? undefined,
    registry: registry ?? undefined,
    visibility: visibility ?? undefined,
    probeSet: probeSet ? keyOf('ProbeSet', probeSet) : undefined,
  };
}
