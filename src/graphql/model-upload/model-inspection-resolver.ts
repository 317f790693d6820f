import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import { parseNote } from '../../lib/notes.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';
import { ModelInspection, ProbePreview } from './model-inspection-type.js';

const MAX_LABELS = 100;
/** Each may have megabytes. */
const MAX_PREVIEWS = 8;

@Resolver()
export class ModelInspectionResolver {
  @Query(() => ModelInspection, {
    description:
      'Runs an uploaded model on a few probes, and says what an ingest would read and assume. It registers nothing.',
  })
  async modelInspection(
    @Ctx() { ingest, signal }: Context,
    @Arg('source', () => String, { description: '`upload:…`, as `ingestModel` takes it.' }) source: string,
    @Arg('preprocessing', () => GraphQLJSON, { nullable: true, description: 'Detected when absent.' })
    preprocessing: unknown,
    @Arg('output', () => String, { nullable: true, description: 'Needed when several tensors qualify.' })
    output: string | null,
    @Arg('probeSet', () => ID, { nullable: true, description: 'The default one when absent.' })
    probeSet: string | null,
  ): Promise<ModelInspection> {
    const asked = {
      name: 'inspection',
      version: '1',
      source,
      preprocessing: preprocessing ?? undefined,
      output: output ?? undefined,
      probeSet: probeSet ? keyOf('ProbeSet', probeSet) : undefined,
    };
    const { inspected, labels, notes } = await ingest.inspect(asked, signal);
    return {
      output: inspected.output.name,
      outputs: inspected.output.outputs,
      multiLabel: inspected.multiLabel,
      preprocessing: inspected.preprocessing,
      labelCount: labels?.length ?? null,
      labels: labels?.slice(0, MAX_LABELS) ?? [],
      notes: notes.map(parseNote),
    };
  }

  @Query(() => [ProbePreview], {
    description: 'What a model sees of some probes, for any description of its preprocessing.',
  })
  async probePreviews(
    @Ctx() context: Context,
    @Arg('preprocessing', () => GraphQLJSON, {
      description: 'In any form of docs/preprocessing.md; 224 × 224 pixels when it has no size.',
    })
    preprocessing: unknown,
    @Arg('probeSet', () => ID, { nullable: true, description: 'The default one when absent.' })
    probeSet: string | null,
    @Arg('first', () => Int, { defaultValue: 3, description: `Number of probes, at most ${MAX_PREVIEWS}.` })
    first: number,
  ) {
    if (first < 1 || first > MAX_PREVIEWS)
      throw new ProbelogError('INPUT_INVALID', `first must be from 1 to ${MAX_PREVIEWS}.`);
    const { id } = await findProbeSet(context, probeSet);
    const { store, previews, signal } = context;
    const probes = await store.probeSets.probesAfter(id, { first });
    return Promise.all(
      probes.map(async (probe) => {
        const path = await store.blobs.checkedPath(probe.digest);
        const { png, width, height } = await previews.of(path, preprocessing, signal);
        return {
          probe,
          width,
          height,
          image: `data:image/png;base64,${Buffer.from(png).toString('base64')}`,
        };
      }),
    );
  }
}
