import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import { Ingest } from '../ingest/ingest-type.js';
import { probingRequest } from '../ingest/probing-request.js';
import { Model } from '../model/model-type.js';
import { newVersion } from '../model/new-version.js';
import type { Context } from './context.js';
import { keyOf } from './global-id.js';
import { IngestModelInput, ProbingInput, RegisterModelInput } from './inputs.js';

@Resolver()
export class MutationResolver {
  @Mutation(() => Ingest, {
    description:
      'Registers a model version and starts to probe it. Follow `ingestProgress`, or ask for the ingest.',
  })
  ingestModel(@Ctx() { ingest }: Context, @Arg('input', () => IngestModelInput) input: IngestModelInput) {
    return ingest.enqueue({
      ...newVersion(input),
      source: input.source,
      preprocessing: input.preprocessing ?? undefined,
      output: input.output ?? undefined,
      probing: probingRequest(input.probing),
      priority: input.priority ?? undefined,
    });
  }

  @Mutation(() => Model, {
    description:
      'Registers a model version that never comes here. It is PENDING until its responses are sent to its `responsesUrl`.',
  })
  registerModel(
    @Ctx() { uploads }: Context,
    @Arg('input', () => RegisterModelInput) input: RegisterModelInput,
  ) {
    return uploads.register(newVersion(input));
  }

  @Mutation(() => Ingest, {
    description:
      'Probes a registered model again; until that is done, its present responses stay searchable. How much is probed is as the settings say unless said here, whatever the last ingest asked for.',
  })
  reprobeModel(
    @Ctx() { ingest }: Context,
    @Arg('id', () => ID) id: string,
    @Arg('probeSet', () => ID, { nullable: true, description: 'Another probe set; the same when absent.' })
    probeSet: string | null,
    @Arg('full', () => Boolean, {
      defaultValue: false,
      description: 'Upgrades a partly probed model in place by running all probes; short for `probing.full`.',
    })
    full: boolean,
    @Arg('probing', () => ProbingInput, { nullable: true, description: 'How much is probed.' })
    probing: ProbingInput | null,
  ) {
    return ingest.reprobe(keyOf('Model', id), {
      probeSet: probeSet ? keyOf('ProbeSet', probeSet) : undefined,
      probing: probingRequest(full ? { ...probing, full } : probing),
    });
  }

  @Mutation(() => Boolean, {
    description: 'Removes a model version with its logits and responses. False when there was none.',
  })
  removeModel(@Ctx() { ingest }: Context, @Arg('id', () => ID) id: string) {
    return ingest.remove(keyOf('Model', id));
  }

  @Mutation(() => Ingest, {
    description: 'Ends an ingest that is not finished; a finished one stays as it is.',
  })
  cancelIngest(@Ctx() { ingest }: Context, @Arg('id', () => ID) id: string) {
    return ingest.cancel(keyOf('Ingest', id));
  }

  @Mutation(() => Ingest, {
    description:
      'Puts an ingest that failed or was cancelled back into the queue, under the same id. It must be the last of its model.',
  })
  retryIngest(@Ctx() { ingest }: Context, @Arg('id', () => ID) id: string) {
    return ingest.retry(keyOf('Ingest', id));
  }

  @Mutation(() => Ingest, {
    description:
      'Ends an ingest that waits for another attempt: it is FAILED, with the error of its last attempt. Any other ingest stays as it is.',
  })
  async giveUpIngest(@Ctx() { ingest, loaders }: Context, @Arg('id', () => ID) id: string) {
    const key = keyOf('Ingest', id);
    await ingest.giveUp(key);
    const ended = await loaders.ingest.load(key);
    if (ended) return ended;
    throw new ProbelogError('NOT_FOUND', 'There is no ingest with this id.');
  }

  @Mutation(() => Model, { description: "Replaces a model's labels; null takes them away." })
  async setLabels(
    @Ctx() { store, loaders }: Context,
    @Arg('id', () => ID) id: string,
    @Arg('labels', () => [String], {
      nullable: true,
      description: 'One label for each output, in output order.',
    })
    labels: string[] | null,
  ) {
    const key = keyOf('Model', id);
    const model = await loaders.model.load(key);
    if (!model) throw new ProbelogError('NOT_FOUND', 'There is no model with this id.');
    if (labels && model.outputs !== null && labels.length !== model.outputs) {
      throw new ProbelogError(
        'MODEL_LABELS_MISMATCH',
        `There are ${labels.length} labels for ${model.outputs} outputs; give one label for each output.`,
        { labels: labels.length, outputs: model.outputs },
      );
    }
    await store.models.setLabels(key, labels ?? null);
    return loaders.model.clear(key).load(key);
  }
}
