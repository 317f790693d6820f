import { Command } from 'commander';
import { findModel, findProbeSetId } from '../find.js';
import { printOutcomes, queueAndFollow } from '../follow-ingest.js';
import { QueueReprobeDocument } from '../generated/operations.js';
import { type ProbingFlags, probingRequest, withProbingOptions } from '../options/probing-options.js';
import { type FormatFlags, withFormats } from '../output/formats.js';
import { openProgress } from '../output/progress.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog reprobe` */
export function reprobeCommand(): Command {
  const command = new Command('reprobe')
    .description('probe a registered model again; its present responses stay searchable until then')
    .argument('<model>', 'its name, name@version or id')
    .option('--probe-set <name>', 'another probe set (default: the one it was probed with)');
  return withUrl(withFormats(withProbingOptions(command))).action(
    async (named: string, flags: ReprobeFlags) => {
      const { url } = flags;
      const probing = await probingRequest(flags);
      await withClient({ url, work: true }, async (client, signal) => {
        const model = await findModel(client, named);
        const display = await openProgress();
        const context = { client, signal, givesUp: url === undefined };
        const outcome = await queueAndFollow(context, model, display, async () => {
          const probeSet = await findProbeSetId(client, flags.probeSet);
          const variables = { id: model.id, probeSet, probing };
          return (await client.query(QueueReprobeDocument, variables, { signal })).reprobeModel.id;
        }).finally(() => display.close());
        printOutcomes([outcome], flags);
      });
    },
  );
}

interface ReprobeFlags extends ProbingFlags, FormatFlags, UrlFlag {
  probeSet?: string;
}
