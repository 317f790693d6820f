import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { modelSummary } from '../../graphql/index.js';
import { countFlag } from '../count-flag.js';
import { findModel } from '../find-model.js';
import { table } from '../output/table.js';
import { withService } from '../with-service.js';

const MOST_NAMES = 100;

/** `probelog name` */
export function nameCommand(): Command {
  return new Command('name')
    .description('say what a model recognises: a summary, and names for its outputs from the vocabulary')
    .argument('<model>', 'its name, name@version or id')
    .option('--output <n>', 'only this output, counted from 0')
    .option('--first <k>', 'how many names for each output', '1')
    .option('--json', 'print JSON')
    .action((named: string, flags: { output?: string; first: string; json?: boolean }) => {
      const first = countFlag('--first', flags.first, MOST_NAMES);
      return withService(false, async ({ store, search, concepts }) => {
        const { id, name, version, status, outputs, probeSetId } = await findModel(store, named);
        if (status !== 'READY' || outputs === null) {
          throw new ProbelogError('INPUT_INVALID', `${name} ${version} cannot be searched yet.`, { status });
        }
        const output = flags.output && countFlag('--output', flags.output, outputs - 1);
        const { names, path } = await concepts.vocabulary({ id: probeSetId });
        const all = await search.names(probeSetId, {
          modelId: id,
          vocabularyPath: path,
          first: Math.max(first, 1),
        });
        const summary = modelSummary(
          all.map((list) => list && { text: names[list[0].name], confidence: list[0].confidence }),
        );
        const rows = all.flatMap((list, index) => {
          if (output !== undefined && index !== output) return [];
          const given = (list ?? []).slice(0, first);
          return given.map(({ name: place, score, confidence }) => ({
            index,
            name: names[place],
            score,
            confidence,
          }));
        });
        process.stdout.write(
          flags.json
            ? `${JSON.stringify({ summary, names: rows }, null, 2)}\n`
            : `${summary}\n\n${table(rows, COLUMNS)}\n`,
        );
      });
    });
}

const COLUMNS = { index: 'OUTPUT', name: 'NAME', score: 'SCORE', confidence: 'CONFIDENCE' };
