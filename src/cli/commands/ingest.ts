import { isAbsolute } from 'node:path';
import { Command } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import { findProbeSetId } from '../find.js';
import { printOutcomes, queueAllAndFollow } from '../follow-ingest.js';
import { type IngestModelInput, QueueIngestDocument } from '../generated/operations.js';
import type { IngestFlags } from '../options/ingest-requests.js';
import { withFactOptions } from '../options/model-facts.js';
import { withProbingOptions } from '../options/probing-options.js';
import { type FormatFlags, withFormats } from '../output/formats.js';
import { openProgress } from '../output/progress.js';
import { isReportableError } from '../reportable-error.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog ingest` */
export function ingestCommand(): Command {
  const command = new Command('ingest')
    .description('register ONNX classifiers: probe them and make their logits searchable')
    .argument(
      '<source>',
      'an ONNX file, an http(s) URL, s3://bucket/key, or a folder: with a manifest.json, or as the Hub, optimum, timm, MLflow or Triton have it',
    )
    .option('--name <name>', 'name of the model (default: from the file name)')
    .option('--version <version>', 'version of the model (default: 1)')
    .option('--labels <file>', 'JSON list of labels in output order, or a config.json with id2label')
    .option('--preprocessing <file>', 'JSON description of the preprocessing (docs/preprocessing.md)')
    .option('--output <tensor>', 'output tensor to use, if several qualify')
    .option(
      '--diagnose',
      'then run the model with other ranges of pixels and channel orders too, and show which suits it best',
    );
  withFactOptions(command)
    .option('--priority <n>', 'priority in the queue, -10 to 10; higher goes first (default: 0)')
    .option('--probe-set <name>', 'probe set to use (default: PROBELOG_PROBE_SET, or the oldest)');
  return withUrl(withFormats(withProbingOptions(command)))
    .addHelpText(
      'after',
      '\nWith --url the server reads the source: a URL, s3://bucket/key or an absolute path there. Ctrl-C then ends the waiting, not the ingest.',
    )
    .action(async (source: string, flags: Flags) => {
      const { url } = flags;
      const isLocal = url === undefined;
      if (!isLocal && flags.diagnose) throw diagnosesHere();
      const { ingestRequests, remoteIngestRequest } = await import('../options/ingest-requests.js');
      const requests = isLocal
        ? await ingestRequests(source, flags)
        : [await remoteIngestRequest(source, flags)];
      await withClient({ url, work: true }, async (client, signal, service) => {
        const display = await openProgress();
        const context = { client, signal, givesUp: isLocal };
        const outcomes = await queueAllAndFollow(context, requests, display, (request) =>
          isLocal ? queue(client, request, signal) : queueAtServer(client, request, signal),
        ).finally(() => display.close());
        if (!service || !flags.diagnose) return printOutcomes(outcomes, flags);
        const { printDiagnoses } = await import('../diagnose.js');
        await printDiagnoses(service, outcomes, flags, signal);
      });
    });
}

type Flags = IngestFlags & FormatFlags & UrlFlag & { diagnose?: boolean };

function diagnosesHere(): ProbelogError {
  return new ProbelogError(
    'INPUT_INVALID',
    '--diagnose runs the model on this machine, so it does not go with --url. Run it where the data folder is, or ingest a copy of the model into a data folder here (PROBELOG_DATA).',
  );
}

async function queue(
  client: ProbelogClient,
  request: IngestModelInput,
  signal: AbortSignal,
): Promise<string> {
  const input = { ...request, probeSet: await findProbeSetId(client, request.probeSet ?? undefined) };
  return (await client.query(QueueIngestDocument, { input }, { signal })).ingestModel.id;
}

/** A path that the server cannot read may be a file of this machine. */
async function queueAtServer(
  client: ProbelogClient,
  request: IngestModelInput,
  signal: AbortSignal,
): Promise<string> {
  const { source } = request;
  try {
    return await queue(client, request, signal);
  } catch (thrown) {
    if (!isReportableError(thrown)) throw thrown;
    const { code, message } = thrown;
    if (code !== 'SOURCE_NOT_FOUND' && code !== 'SOURCE_FORBIDDEN') throw thrown;
    if (!isAbsolute(source) || !(await exists(source))) throw thrown;
    const { READABLE_SOURCES } = await import('../options/ingest-requests.js');
    throw new ProbelogError(code, `${message} There is such a file on this machine. ${READABLE_SOURCES}`);
  }
}
