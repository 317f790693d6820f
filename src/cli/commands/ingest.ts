import { Command } from 'commander';
import { type IngestFlags, ingestRequests, remoteIngestRequest } from '../flags/ingest-requests.js';
import { withProbingFlags } from '../flags/probing-flags.js';
import { type FormatFlags, withFormats } from '../output/formats.js';
import { printOutcomes } from '../output/ingest-outcomes.js';
import { progressDisplay } from '../output/progress.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

/** `probelog ingest` */
export function ingestCommand(): Command {
  const command = new Command('ingest')
    .description('register ONNX classifiers: probe them and make their logits searchable')
    .argument('<source>', 'an ONNX file, an http(s) URL, s3://bucket/key, or a folder with a manifest.json')
    .option('--name <name>', 'name of the model (default: from the file name)')
    .option('--version <version>', 'version of the model (default: 1)')
    .option('--labels <file>', 'JSON list of labels in output order, or a config.json with id2label')
    .option('--preprocessing <file>', 'JSON description of the preprocessing (docs/preprocessing.md)')
    .option('--output <tensor>', 'output tensor to use, when several qualify')
    .option('--licence <text>', 'licence of the model, such as Apache-2.0')
    .option('--registry <name>', 'name of the registry that the model comes from')
    .option(
      '--visibility <label>',
      'label without which the model is not seen (default: all who may read see it)',
    )
    .option('--priority <n>', 'place in the queue, -10 to 10; higher goes first (default: 0)')
    .option('--probe-set <name>', 'probe set to use (default: PROBELOG_PROBE_SET, or the oldest)');
  return withUrl(withFormats(withProbingFlags(command)))
    .addHelpText(
      'after',
      '\nWith --url the server reads the source, so it is a URL, s3://bucket/key or a whole path there. Ctrl-C ends the waiting, not the ingest.',
    )
    .action(async (source: string, flags: IngestFlags & FormatFlags & UrlFlag) => {
      const { url } = flags;
      const requests =
        url === undefined ? await ingestRequests(source, flags) : [await remoteIngestRequest(source, flags)];
      await withRegistry({ url, work: true }, async (registry, interrupted) => {
        const display = progressDisplay(process.stderr);
        const outcomes = await registry.ingest(requests, display, interrupted).finally(() => display.close());
        printOutcomes(outcomes, flags);
      });
    });
}
