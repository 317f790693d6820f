import { flag, keyFields, typeName } from '../formats.js';
import { option } from './option.js';

/** Settings of ProbeLog as a part of a larger graph. */
export const SUBGRAPH_OPTIONS = {
  subgraph: option(
    {
      variable: 'PROBELOG_SUBGRAPH',
      description:
        'Whether GraphQL is served as a subgraph of Apollo Federation 2 (docs/federation.md); `serve --subgraph` is the same.',
      allowed: 'true or false',
      fallback: 'false',
    },
    flag(),
  ),
  subgraphModel: option(
    {
      variable: 'PROBELOG_SUBGRAPH_MODEL',
      description:
        "Name of the supergraph's type for a model version, to which the subgraph adds its fields.",
      allowed: 'the name of a type, such as RegisteredModel',
      fallback: 'Model',
    },
    typeName(),
  ),
  subgraphKey: option(
    {
      variable: 'PROBELOG_SUBGRAPH_KEY',
      description:
        'Key fields of that type, and what each holds: the id that ProbeLog gave, or the name or version under which a model was registered. A name alone is its newest version that can be searched.',
      allowed:
        'id, name, or name,version; a field that is called otherwise as field=id, field=name, field=version',
      fallback: 'id',
    },
    keyFields(),
  ),
  subgraphPrefix: option(
    {
      variable: 'PROBELOG_SUBGRAPH_PREFIX',
      description:
        'Stands before the names of all other types and of root fields, where a supergraph has such names already: with ProbeLog, Logit is ProbeLogLogit and logits probeLogLogits. Unset: nothing does.',
      allowed: 'a name that begins with a capital, such as ProbeLog',
    },
    typeName().optional(),
  ),
};
