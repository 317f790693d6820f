import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { table } from '../output/table.js';
import { withService } from '../with-service.js';

/** `probelog search` */
export function searchCommand(): Command {
  return new Command('search')
    .description('find logits, of whichever model, that recognise a concept')
    .argument('<concept>', 'a word or short phrase, such as "dog"')
    .option('--first <n>', 'how many results', '10')
    .option('--metric <metric>', 'SCORE, or ASYMMETRIC for the discrepancy of the paper', 'SCORE')
    .option('--probe-set <name>', 'gallery to search (default: PROBELOG_PROBE_SET, or the oldest)')
    .option('--json', 'print JSON')
    .action((concept: string, flags: SearchFlags) => {
      const first = Number(flags.first);
      if (!/^\d+$/.test(flags.first) || first > 10_000) {
        throw new ProbelogError('INPUT_INVALID', `--first is ${flags.first}; it must be from 0 to 10000.`);
      }
      if (flags.metric !== 'SCORE' && flags.metric !== 'ASYMMETRIC') {
        throw new ProbelogError(
          'INPUT_INVALID',
          `--metric is ${flags.metric}; it must be SCORE or ASYMMETRIC.`,
        );
      }
      const { metric } = flags;
      return withService(false, async ({ store, search, concepts, config }) => {
        const probeSet = await store.probeSets.default(flags.probeSet ?? config.probeSet);
        if (!probeSet) throw new ProbelogError('PROBE_SET_UNKNOWN', 'There is no such probe set.');
        const vectors = await concepts.vectors(concept, probeSet);
        const { hits } = await search.search(probeSet.id, {
          by: { kind: 'CONCEPT', ...vectors },
          metric,
          first,
        });
        const logits = await store.logits.byKeys(hits);
        const models = await store.models.byIds([...new Set(hits.map(({ modelId }) => modelId))]);
        const rows = hits.map(({ modelId, index, score, distance, confidence }) => {
          const model = models.find(({ id }) => id === modelId);
          const logit = logits.find((one) => one.modelId === modelId && one.index === index);
          return {
            score,
            distance,
            confidence,
            label: logit?.label ?? null,
            model: model?.name,
            version: model?.version,
            index,
          };
        });
        process.stdout.write(flags.json ? `${JSON.stringify(rows, null, 2)}\n` : `${table(rows, COLUMNS)}\n`);
      });
    });
}

interface SearchFlags {
  first: string;
  metric: string;
  probeSet?: string;
  json?: boolean;
}

const COLUMNS = {
  score: 'SCORE',
  distance: 'DISTANCE',
  confidence: 'CONFIDENCE',
  label: 'LABEL',
  model: 'MODEL',
  version: 'VERSION',
  index: 'OUTPUT',
};
