import { Command } from 'commander';
import { type ProbingFlags, probingRequest, withProbingFlags } from '../flags/probing-flags.js';
import { type FormatFlags, withFormats } from '../output/formats.js';
import { printOutcomes } from '../output/ingest-outcomes.js';
import { progressDisplay } from '../output/progress.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

/** `probelog reprobe` */
export function reprobeCommand(): Command {
  const command = new Command('reprobe')
    .description('probe a registered model again; its present responses stay searchable until that is done')
    .argument('<model>', 'its name, or name@version, or id')
    .option('--probe-set <name>', 'another probe set (default: the one that it was probed with)');
  return withUrl(withFormats(withProbingFlags(command))).action(
    async (named: string, flags: ReprobeFlags) => {
      const { url, probeSet } = flags;
      const probing = await probingRequest(flags);
      await withRegistry({ url, work: true }, async (registry, interrupted) => {
        const display = progressDisplay(process.stderr);
        const outcome = await registry
          .reprobe(named, { probeSet, probing }, display, interrupted)
          .finally(() => display.close());
        printOutcomes([outcome], flags);
      });
    },
  );
}

interface ReprobeFlags extends ProbingFlags, FormatFlags, UrlFlag {
  probeSet?: string;
}
