import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { EMPTY_PAGE, findModel } from '../find.js';
import { LabelsOfDocument, SetLabelsDocument } from '../generated/operations.js';
import { labelsFile } from '../options/read-file.js';
import { type FormatFlags, printJson, printRows, withFormats } from '../output/formats.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

const PER_PAGE = 100;

/** `probelog labels` */
export function labelsCommand(): Command {
  return new Command('labels')
    .description('show or set the labels of a model; search never reads them')
    .addCommand(getCommand())
    .addCommand(setCommand());
}

function getCommand(): Command {
  return withUrl(withFormats(new Command('get')))
    .description('list the labels, one for each output')
    .argument('<model>', 'its name, name@version or id')
    .action((named: string, { url, ...formats }: FormatFlags & UrlFlag) =>
      withClient({ url }, async (client) => {
        const { id } = await findModel(client, named);
        const rows = [];
        const edges = client.edges(LabelsOfDocument, { id }, ({ model }) => model?.logits ?? EMPTY_PAGE, {
          perPage: PER_PAGE,
        });
        for await (const { node } of edges) rows.push({ index: node.index, label: node.label });
        printRows(rows, COLUMNS, formats);
      }),
    );
}

function setCommand(): Command {
  return withUrl(new Command('set'))
    .description('replace the labels')
    .argument('<model>', 'its name, name@version or id')
    .argument('[file]', 'labels in output order: JSON, a text with one in each line, or CSV')
    .option('--none', 'remove the labels')
    .option('--json', 'print JSON')
    .action((named: string, file: string | undefined, { none, json, url }: SetFlags) => {
      if ((file === undefined) === (none === undefined))
        throw new ProbelogError('INPUT_INVALID', 'Give a file with labels, or --none to remove them.');
      return withClient({ url }, async (client) => {
        const labels = file === undefined ? null : await labelsFile(file);
        const { id, name, version } = await findModel(client, named);
        await client.query(SetLabelsDocument, { id, labels });
        const count = labels?.length ?? 0;
        if (json) printJson({ name, version, labels: count });
        else process.stdout.write(`${name} ${version}: ${count} labels\n`);
      });
    });
}

interface SetFlags extends UrlFlag {
  none?: boolean;
  json?: boolean;
}

const COLUMNS = { index: 'OUTPUT', label: 'LABEL' };
