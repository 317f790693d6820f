import { flag, keyFields, typeName } from './formats.js';
import { option } from './option.js';

/** Settings of ProbeLog as a subgraph of a supergraph. */
export const SUBGRAPH_OPTIONS = {
  subgraph: option(
    {
      variable: 'PROBELOG_SUBGRAPH',
      description:
        'Whether GraphQL is served as an Apollo Federation 2 subgraph (docs/federation.md); same as `serve --subgraph`.',
      allowed: 'true or false',
      fallback: 'false',
    },
    flag(),
  ),
  subgraphModel: option(
    {
      variable: 'PROBELOG_SUBGRAPH_MODEL',
      description: "The supergraph's type for a model version. The subgraph adds its fields to it.",
      allowed: 'a type name, such as RegisteredModel',
      fallback: 'Model',
    },
    typeName(),
  ),
  subgraphKey: option(
    {
      variable: 'PROBELOG_SUBGRAPH_KEY',
      description:
        "Key fields of that type and what each holds: ProbeLog's id, or the name or version a model was registered under. A name alone means its newest searchable version.",
      allowed: 'id, name, or name,version; rename a field with field=id, field=name, field=version',
      fallback: 'id',
    },
    keyFields(),
  ),
  subgraphPrefix: option(
    {
      variable: 'PROBELOG_SUBGRAPH_PREFIX',
      description:
        'Prefix for the names of all other types and root fields, to avoid clashes in the supergraph: with ProbeLog, Logit becomes ProbeLogLogit and logits becomes probeLogLogits. Unset: no prefix.',
      allowed: 'a name that starts with a capital letter, such as ProbeLog',
    },
    typeName().optional(),
  ),
};
