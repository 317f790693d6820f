import { Command } from 'commander';
import { table } from '../output/table.js';
import { withService } from '../with-service.js';

const PAGE = 100;

/** `probelog models` */
export function modelsCommand(): Command {
  return new Command('models')
    .description('list the registered models')
    .argument('[text]', 'only models whose name, version or labels contain this')
    .option('--json', 'print JSON')
    .action((text: string | undefined, options: { json?: boolean }) =>
      withService(false, async ({ store }) => {
        const rows = [];
        let after: { createdAt: Date; id: string } | undefined;
        do {
          const page = await store.models.page({ text, after, first: PAGE });
          const coverages = await store.logits.coverages(page.map(({ id }) => id));
          rows.push(
            ...page.map((model) => ({
              name: model.name,
              version: model.version,
              status: model.status,
              logits: model.outputs,
              coverage: coverages.get(model.id) ?? null,
              kind: model.responseKind,
              source: model.source,
            })),
          );
          after = page.length === PAGE ? page[PAGE - 1] : undefined;
        } while (after);
        if (options.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
        else process.stdout.write(`${table(rows, COLUMNS)}\n`);
      }),
    );
}

const COLUMNS = {
  name: 'MODEL',
  version: 'VERSION',
  status: 'STATUS',
  logits: 'LOGITS',
  coverage: 'COVERAGE',
  kind: 'RESPONSES',
  source: 'SOURCE',
};
