import { openAsBlob } from 'node:fs';
import { Command } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import { findModel, findProbeSetId, findVersion } from '../find.js';
import { type ModelStatus, RegisterDocument, RelabelDocument } from '../generated/operations.js';
import { type FactFlags, factsIn, withFactOptions } from '../options/model-facts.js';
import { labelsFile } from '../options/read-file.js';
import { printJson } from '../output/formats.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog upload` */
export function uploadCommand(): Command {
  const command = withUrl(new Command('upload'))
    .description("upload a model's responses from a file; the model may have run anywhere, in any framework")
    .argument('<model>', 'its id, or name@version; a new one is registered (a name alone means version 1)')
    .argument('<file>', 'a .npy or .safetensors file, outputs × probes or probes × outputs')
    .option('--labels <file>', 'labels in output order: JSON, a text with one in each line, or CSV')
    .option('--layout <layout>', 'outputs-first or probes-first; needed if there are as many of both')
    .option(
      '--kind <kind>',
      'logits, log_probabilities, probabilities, multi_label_logits or multi_label_probabilities (default: logits, unless the values look like probabilities)',
    )
    .option('--digest <digest>', 'digest of the probe set that was run; another set is refused');
  return withFactOptions(command, ['license', 'registry'], 'for a new model: ')
    .option(
      '--probe-set <name>',
      'for a new model: its probe set (default: PROBELOG_PROBE_SET, or the oldest)',
    )
    .option('--json', 'print JSON')
    .action(async (named: string, file: string, flags: UploadFlags) => {
      const { layout, kind, digest, json, url } = flags;
      const { parseUploadForm } = await import('../../ingest/index.js');
      const form = parseUploadForm({ layout, kind, digest });
      const labels = flags.labels === undefined ? undefined : await labelsFile(flags.labels);
      if (!(await exists(file)))
        throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${file}.`);
      await withClient({ url }, async (client, signal) => {
        const { id, status } = await findOrRegister(client, named, labels, flags);
        const relabel = async () => {
          if (labels) await client.query(RelabelDocument, { id, labels });
        };
        // A model that waits for its responses takes any labels: whether they fit is then checked with the responses.
        if (status !== 'READY') await relabel();
        const uploaded = await client.uploadResponses(id, await openAsBlob(file), { ...form, signal });
        if (status === 'READY') await relabel();
        const { model, outputs, probes, coverage, degenerate, changed } = uploaded;
        const { name, version } = model;
        if (json) return printJson({ id, name, version, outputs, probes, coverage, degenerate, changed });
        const ran = Math.round(coverage * probes);
        process.stdout.write(
          `${name}@${version}: ${outputs} outputs, ${ran} of ${probes} probes${changed ? '' : '; nothing changed'}\n`,
        );
      });
    });
}

interface UploadFlags extends UrlFlag, FactFlags {
  labels?: string;
  layout?: string;
  kind?: string;
  digest?: string;
  probeSet?: string;
  json?: boolean;
}

async function findOrRegister(
  client: ProbelogClient,
  named: string,
  labels: string[] | undefined,
  flags: UploadFlags,
): Promise<{ id: string; status: ModelStatus }> {
  const at = named.lastIndexOf('@');
  const [name, version] = at > 0 ? [named.slice(0, at), named.slice(at + 1)] : [named, '1'];
  const found =
    (await findVersion(client, name, version)) ??
    (await findModel(client, named).catch((thrown) => {
      if (thrown instanceof ProbelogError && thrown.code === 'NOT_FOUND') return null;
      throw thrown;
    }));
  if (found) return found;
  const probeSet = await findProbeSetId(client, flags.probeSet);
  const input = { name, version, labels, ...factsIn(flags), probeSet };
  return (await client.query(RegisterDocument, { input })).registerModel;
}
