import { isAbsolute, resolve } from 'node:path';
import { Command } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import { shownSource } from '../../lib/shown-source.js';
import { findProbeSetId, findVersion } from '../find.js';
import { printOutcomes, queueAllAndFollow } from '../follow-ingest.js';
import {
  DiscardUploadDocument,
  type IngestModelInput,
  LatestIngestOfDocument,
  QueueIngestDocument,
} from '../generated/operations.js';
import type { IngestFlags } from '../options/ingest-requests.js';
import { withFactOptions } from '../options/model-facts.js';
import { withProbingOptions } from '../options/probing-options.js';
import { type FormatFlags, withFormats } from '../output/formats.js';
import { openProgress, type ProgressLine } from '../output/progress.js';
import { isReportableError } from '../reportable-error.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog ingest` */
export function ingestCommand(): Command {
  const command = new Command('ingest')
    .description('register ONNX classifiers: probe them and make their logits searchable')
    .argument(
      '<source...>',
      'ONNX files, http(s) URLs, s3://bucket/key, or folders: with a manifest.json, with ONNX files, or as the Hub, optimum, timm, MLflow or Triton have them',
    )
    .option('--name <name>', 'name of the model (default: from the file name)')
    .option('--version <version>', 'version of the model (default: 1)')
    .option('--labels <file>', 'labels in output order: JSON, a text with one in each line, or CSV')
    .option('--preprocessing <file>', 'JSON description of the preprocessing (docs/preprocessing.md)')
    .option('--output <tensor>', 'output tensor to use, if several qualify')
    .option(
      '--diagnose',
      'then run the model with other ranges of pixels and channel orders too, and show which suits it best',
    );
  command.option(
    '--dry-run',
    'register nothing: say what would be read of the files and what would be assumed',
  );
  withFactOptions(command)
    .option('--priority <n>', 'priority in the queue, -10 to 10; higher goes first (default: 0)')
    .option('--probe-set <name>', 'probe set to use (default: PROBELOG_PROBE_SET, or the oldest)');
  return withUrl(withFormats(withProbingOptions(command)))
    .addHelpText(
      'after',
      '\nWith --url the server reads the source: a URL, s3://bucket/key or an absolute path there. A model of this machine is sent to it. Ctrl-C then ends the waiting, not the ingest.',
    )
    .action(async (sources: string[], flags: Flags) => {
      const { url } = flags;
      const isLocal = url === undefined;
      if (!isLocal && flags.diagnose) throw runsHere('--diagnose');
      if (!isLocal && flags.dryRun) throw runsHere('--dry-run');
      const { ingestRequests, remoteIngestRequests } = await import('../options/ingest-requests.js');
      const requests = isLocal
        ? (await ingestRequests(sources, flags)).map((request) => ({ ...request, isHere: true }))
        : await remoteIngestRequests(sources, flags);
      if (flags.dryRun) {
        const { printDryRuns } = await import('../dry-run.js');
        return printDryRuns(requests, flags);
      }
      await withClient({ url, work: true }, async (client, signal, service) => {
        const display = await openProgress();
        const context = { client, signal, givesUp: isLocal };
        const outcomes = await queueAllAndFollow(
          context,
          requests,
          display,
          ({ isHere, ...request }, line) => {
            if (isLocal) return queue(client, request, signal);
            return isHere ? send(client, request, line, signal) : queueOrSend(client, request, line, signal);
          },
        ).finally(() => display.close());
        if (!service || !flags.diagnose) return printOutcomes(outcomes, flags);
        const { printDiagnoses } = await import('../diagnose.js');
        await printDiagnoses(service, outcomes, flags, signal);
      });
    });
}

type Flags = IngestFlags & FormatFlags & UrlFlag & { diagnose?: boolean; dryRun?: boolean };

function runsHere(flag: string): ProbelogError {
  return new ProbelogError(
    'INPUT_INVALID',
    `${flag} runs the model on this machine, so it does not go with --url. Run it where the data folder is, or ingest a copy of the model into a data folder here (PROBELOG_DATA).`,
  );
}

async function queue(
  client: ProbelogClient,
  request: IngestModelInput,
  signal: AbortSignal,
): Promise<string> {
  const input = { ...request, probeSet: await findProbeSetId(client, request.probeSet ?? undefined) };
  try {
    return (await client.query(QueueIngestDocument, { input }, { signal })).ingestModel.id;
  } catch (thrown) {
    const unfinished =
      isReportableError(thrown) && thrown.code === 'MODEL_EXISTS'
        ? await unfinishedIngest(client, request)
        : undefined;
    if (unfinished === undefined) throw thrown;
    return unfinished;
  }
}

const UNFINISHED = ['QUEUED', 'RUNNING', 'AWAITING_RUNNER'];

/** The ingest of the same version from the same source that was interrupted, or that another process works on. */
async function unfinishedIngest(
  client: ProbelogClient,
  { name, version, source }: IngestModelInput,
): Promise<string | undefined> {
  const model = await findVersion(client, name, version);
  if (!model) return undefined;
  const found = (await client.query(LatestIngestOfDocument, { id: model.id })).model;
  if (
    found?.source !== shownSource(URL.canParse(source) ? source : resolve(source)) ||
    !found.ingest ||
    !UNFINISHED.includes(found.ingest.state)
  )
    return undefined;
  process.stderr.write(`${name} ${version}: goes on where its last ingest stopped\n`);
  return found.ingest.id;
}

/** A path that the server cannot read may be a file of this machine. */
async function queueOrSend(
  client: ProbelogClient,
  request: IngestModelInput,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<string> {
  const { source } = request;
  try {
    return await queue(client, request, signal);
  } catch (thrown) {
    const isUnread =
      isReportableError(thrown) && (thrown.code === 'SOURCE_NOT_FOUND' || thrown.code === 'SOURCE_FORBIDDEN');
    if (!isUnread || !isAbsolute(source) || !(await exists(source))) throw thrown;
    return send(client, request, line, signal);
  }
}

/** Sends a model of this machine to the server, and queues it there. */
async function send(
  client: ProbelogClient,
  request: IngestModelInput,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<string> {
  const { sendModel } = await import('../send-model.js');
  const { id, source } = await sendModel(client, request.source, line, signal);
  try {
    return await queue(client, { ...request, source }, signal);
  } catch (thrown) {
    await client.query(DiscardUploadDocument, { id }).catch(() => undefined);
    throw thrown;
  }
}
