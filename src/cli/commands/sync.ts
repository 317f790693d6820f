import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { EXIT } from '../exit-status.js';
import { SweepRegistriesDocument, type SweepRegistriesMutation } from '../generated/operations.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog sync` */
export function syncCommand(): Command {
  return withUrl(withFormats(new Command('sync')))
    .description('list the configured registries, and apply the model changes that their webhooks missed')
    .option('--registry <name...>', 'only these, such as mlflow (default: all that can be listed)')
    .option('--dry-run', 'change nothing; print what would change')
    .addHelpText(
      'after',
      '\nNew models are queued for a server or worker. An embedded database belongs to one process: while a server has it open, give\nits address with --url.',
    )
    .action(({ registry: registries, dryRun = false, url, json, jsonl }: SyncFlags) =>
      withClient({ url }, async (client) => {
        const { syncRegistries } = await client.query(SweepRegistriesDocument, { registries, dryRun });
        if (json || jsonl) printRows(syncRegistries.map(rowOf), {}, { json, jsonl });
        else process.stdout.write(described(syncRegistries));
        if (syncRegistries.some(({ error }) => error !== null)) process.exitCode = EXIT.failed;
      }).catch(pointToServer),
    );
}

interface SyncFlags extends FormatFlags, UrlFlag {
  registry?: string[];
  dryRun?: boolean;
}

type Sweep = SweepRegistriesMutation['syncRegistries'][number];

function pointToServer(thrown: unknown): never {
  if (!(thrown instanceof ProbelogError) || thrown.code !== 'DATA_FOLDER_IN_USE') throw thrown;
  throw new ProbelogError(
    'DATA_FOLDER_IN_USE',
    `${thrown.message} If a server has it open, let the server sweep: probelog sync --url <its address>`,
    thrown.details,
  );
}

function rowOf({ registry, dryRun, startedAt, finishedAt, listed, error, ...versions }: Sweep) {
  return {
    registry,
    dryRun,
    startedAt,
    finishedAt,
    listed,
    ingested: versions.ingested.names,
    changed: versions.changed.names,
    renamed: versions.renamed.names,
    removed: versions.removed.names,
    annotated: versions.annotated.names,
    refused: versions.refused.names,
    error,
  };
}

function described(sweeps: Sweep[]): string {
  if (sweeps.length === 0) return 'No registry that can be listed is configured; see docs/registries.\n';
  return sweeps.map((sweep) => `${linesOf(sweep).join('\n')}\n`).join('');
}

function linesOf({ registry, dryRun, listed, error, ...sweep }: Sweep): string[] {
  const would = dryRun ? 'would be ' : '';
  const kinds: [string, Sweep['ingested']][] = [
    [`${would}queued`, sweep.ingested],
    [`${would}queued again, changed`, sweep.changed],
    [`${would}renamed`, sweep.renamed],
    [`${would}removed`, sweep.removed],
    [`${would}given other tags or aliases`, sweep.annotated],
    ['cannot be registered', sweep.refused],
  ];
  const count = kinds.reduce((sum, [, versions]) => sum + versions.count, 0);
  const sum = count === 0 && error === null ? 'everything is up to date' : `${count} differences`;
  return [
    `${registry}: ${listed} versions listed, ${sum}`,
    ...kinds.flatMap(([kind, { count, names }]) => [
      ...names.map((name) => `  ${kind}: ${name}`),
      ...(count > names.length ? [`  ${kind}: ${count - names.length} more`] : []),
    ]),
    ...(error === null ? [] : [`  could not be read: ${error}`]),
  ];
}
