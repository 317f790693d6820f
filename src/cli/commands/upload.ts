import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { parseLabels, parseUploadForm } from '../../ingest/index.js';
import { exists } from '../../lib/exists.js';
import { jsonFile } from '../flags/json-file.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

/** `probelog upload` */
export function uploadCommand(): Command {
  return withUrl(new Command('upload'))
    .description("take a model's responses from a file; it need not be here, or be ONNX")
    .argument('<model>', 'its id, or name@version: registered when there is none (name alone: version 1)')
    .argument('<file>', 'a .npy or .safetensors file, outputs × probes or probes × outputs')
    .option('--labels <file>', 'JSON list of labels in output order, or a config.json with id2label')
    .option('--layout <layout>', 'outputs-first or probes-first, when there are as many of both')
    .option(
      '--kind <kind>',
      'logits, log_probabilities or probabilities (default: logits, unless they look otherwise)',
    )
    .option('--digest <digest>', 'digest of the probe set that was answered; refused when it is another')
    .option('--licence <text>', 'for a new model: its licence, such as Apache-2.0')
    .option('--registry <name>', 'for a new model: name of the registry that it comes from')
    .option(
      '--probe-set <name>',
      'for a new model: its probe set (default: PROBELOG_PROBE_SET, or the oldest)',
    )
    .option('--json', 'print JSON')
    .action(async (named: string, file: string, flags: UploadFlags) => {
      const { layout, kind, digest } = flags;
      const form = parseUploadForm({ layout, kind, digest });
      const labels = flags.labels === undefined ? undefined : parseLabels(await jsonFile(flags.labels));
      if (!(await exists(file)))
        throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${file}.`);
      const { url, licence, registry: from, probeSet, json } = flags;
      await withRegistry({ url }, async (registry) => {
        const upload = { named, file, form, labels, licence, registry: from, probeSet };
        const uploaded = await registry.upload(upload);
        const { name, version, outputs, probes, coverage, changed } = uploaded;
        process.stdout.write(
          json
            ? `${JSON.stringify(uploaded, null, 2)}\n`
            : `${name}@${version}: ${outputs} outputs, ${Math.round(coverage * probes)} of ${probes} probes${changed ? '' : '; nothing changed'}\n`,
        );
      });
    });
}

interface UploadFlags extends UrlFlag {
  labels?: string;
  layout?: string;
  kind?: string;
  digest?: string;
  licence?: string;
  registry?: string;
  probeSet?: string;
  json?: boolean;
}
