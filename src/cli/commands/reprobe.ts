import { Command } from 'commander';
import { findModel } from '../find-model.js';
import { type FormatFlags, withFormats } from '../output/formats.js';
import { printOutcomes } from '../output/ingest-outcomes.js';
import { progressDisplay } from '../output/progress.js';
import { type ProbingFlags, probingRequest, withProbingFlags } from '../probing-flags.js';
import { runReprobe } from '../run-ingests.js';
import { withService } from '../with-service.js';

/** `probelog reprobe` */
export function reprobeCommand(): Command {
  const command = new Command('reprobe')
    .description('probe a registered model again; its present responses stay searchable until that is done')
    .argument('<model>', 'its name, or name@version, or id')
    .option('--probe-set <name>', 'another probe set (default: the one that it was probed with)');
  return withFormats(withProbingFlags(command)).action(async (named: string, flags: ReprobeFlags) => {
    const probing = probingRequest(flags);
    await withService(true, async (service, interrupted) => {
      const model = await findModel(service.store, named);
      const display = progressDisplay(process.stderr);
      const how = { probeSet: flags.probeSet, probing };
      const outcome = await runReprobe(service, model, how, display, interrupted).finally(() =>
        display.close(),
      );
      printOutcomes([outcome], flags);
    });
  });
}

interface ReprobeFlags extends ProbingFlags, FormatFlags {
  probeSet?: string;
}
