import { Command } from 'commander';
import type { SweepReport } from '../../app/index.js';
import { ProbelogError } from '../../errors/index.js';
import { EXIT } from '../exit-codes.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

/** `probelog sync` */
export function syncCommand(): Command {
  return withUrl(withFormats(new Command('sync')))
    .description(
      'list the configured registries, and register, probe again or remove what their webhooks did not tell',
    )
    .option('--registry <name...>', 'only these: mlflow, huggingface (default: all that can be listed)')
    .option('--dry-run', 'change nothing, and say what would be changed')
    .addHelpText(
      'after',
      '\nWhat is registered is queued for a server or worker. An embedded database belongs to one process: while a server has it, ask\nthat server instead, by --url.',
    )
    .action(({ registry: names, dryRun = false, url, json, jsonl }: SyncFlags) =>
      orPointToServer(
        withRegistry({ url }, async (registry) => {
          const reports = await registry.sync(names, dryRun);
          if (json || jsonl) printRows(reports, {}, { json, jsonl });
          else process.stdout.write(described(reports));
          if (reports.some(({ error }) => error !== null)) process.exitCode = EXIT.failed;
        }),
      ),
    );
}

interface SyncFlags extends FormatFlags, UrlFlag {
  registry?: string[];
  dryRun?: boolean;
}

/** @throws ProbelogError DATA_FOLDER_IN_USE saying whom to ask instead */
async function orPointToServer(swept: Promise<void>): Promise<void> {
  await swept.catch((thrown) => {
    if (!(thrown instanceof ProbelogError) || thrown.code !== 'DATA_FOLDER_IN_USE') throw thrown;
    throw new ProbelogError(
      'DATA_FOLDER_IN_USE',
      `${thrown.message} If it is a server, ask it to sweep: probelog sync --url <its address>`,
      thrown.details,
    );
  });
}

function described(reports: SweepReport[]): string {
  if (reports.length === 0) return 'No registry is configured that could be listed; see docs/registries.\n';
  return reports.map((report) => `${linesOf(report).join('\n')}\n`).join('');
}

function linesOf({ registry, dryRun, listed, error, ...report }: SweepReport): string[] {
  const would = dryRun ? 'would be ' : '';
  const kinds: [string, string[]][] = [
    [`${would}queued`, report.ingested],
    [`${would}queued again, changed`, report.changed],
    [`${would}removed`, report.removed],
    [`${would}given other tags or aliases`, report.annotated],
    ['cannot be registered', report.refused],
  ];
  const found = kinds.flatMap(([what, names]) => names.map((name) => `  ${what}: ${name}`));
  const sum = found.length === 0 && error === null ? 'everything is in line' : `${found.length} differences`;
  return [
    `${registry}: ${listed} versions listed, ${sum}`,
    ...found,
    ...(error === null ? [] : [`  could not be read: ${error}`]),
  ];
}
