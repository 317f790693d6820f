import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { EXIT } from '../exit-status.js';
import { findModel } from '../find.js';
import { type NamedModelFragment as NamedModel, RemoveModelDocument } from '../generated/operations.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { printable } from '../output/table.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog rm` */
export function rmCommand(): Command {
  return withUrl(withFormats(new Command('rm')))
    .description('remove models with their logits and responses; their files elsewhere stay')
    .argument('<model...>', 'name, name@version or id')
    .option('--yes', 'do not ask')
    .action((named: string[], { yes, url, ...formats }: RmFlags) =>
      withClient({ url }, async (client, signal) => {
        // All are found first, so that a misspelled name removes nothing.
        const models: NamedModel[] = [];
        for (const name of named) models.push(await findModel(client, name));
        if (!yes && !(await agrees(models, signal))) {
          process.exitCode = EXIT.failed;
          return;
        }
        const rows = [];
        for (const { id, name, version, outputs: logits } of models) {
          const { removeModel: removed } = await client.query(RemoveModelDocument, { id }, { signal });
          rows.push({ name, version, logits, removed });
        }
        printRows(rows, COLUMNS, formats);
      }),
    );
}

interface RmFlags extends FormatFlags, UrlFlag {
  yes?: boolean;
}

/** @throws ProbelogError INPUT_INVALID where there is no terminal to ask on */
async function agrees(models: readonly NamedModel[], signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new ProbelogError('INPUT_INVALID', 'rm asks before it removes. Without a terminal, add --yes.');
  const list = models.map(({ name, version, outputs }) => `${name} ${version} (${outputs ?? 'no'} logits)`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Remove ${printable(list.join(', '))}? [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

const COLUMNS = { name: 'MODEL', version: 'VERSION', logits: 'LOGITS', removed: 'REMOVED' };
