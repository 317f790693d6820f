import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { compareModels, MAX_LOGITS_PER_SIDE } from '../../search/index.js';
import type { LogitRecord, ModelRecord, ProbeSetRecord, Store } from '../../store/index.js';
import { findModel } from '../find-model.js';
import { similaritySvg } from '../output/similarity-svg.js';
import { withService } from '../with-service.js';

/** `probelog eval similarity` */
export function similarityCommand(): Command {
  return new Command('similarity')
    .description(
      `draw how similar the logits of two models are, each with each (up to ${MAX_LOGITS_PER_SIDE} a side)`,
    )
    .requiredOption(
      '--model <name>',
      'a model: its name, or name@version; given twice, for the rows and for the columns',
      (name: string, before: string[] = []) => [...before, name],
    )
    .requiredOption('--out <file>', 'SVG file to write')
    .option('--json <file>', 'write the matrix as JSON as well')
    .option('--probe-set <name>', 'make sure that both were probed with this set')
    .action(({ model: names, out, json, probeSet: wanted }: SimilarityFlags) => {
      if (names.length !== 2) {
        throw new ProbelogError(
          'INPUT_INVALID',
          `--model is given ${names.length === 1 ? 'once' : `${names.length} times`}; give it twice, for the rows and for the columns.`,
        );
      }
      return withService(false, async ({ store, search }) => {
        const first = await findModel(store, names[0]);
        const second = await findModel(store, names[1]);
        if (wanted !== undefined) await checkProbeSet(store, wanted, [first, second]);
        const { rows, columns, values } = await compareModels({ store, search }, first, second);
        const probeSet = await store.probeSets.byId(first.probeSetId);
        const figure = similaritySvg({
          rows: { title: titleOf(first), labels: rows.map(labelOf) },
          columns: { title: titleOf(second), labels: columns.map(labelOf) },
          values,
          caption: captionOf(probeSet),
        });
        await write(out, figure);
        if (json !== undefined) {
          const data = {
            probeSet: probeSet?.name ?? null,
            rows: sideOf(first, rows),
            columns: sideOf(second, columns),
            values,
          };
          await write(json, `${JSON.stringify(data, null, 2)}\n`);
        }
        process.stdout.write(`${out}: ${rows.length} × ${columns.length} logits\n`);
      });
    });
}

interface SimilarityFlags {
  model: string[];
  out: string;
  json?: string;
  probeSet?: string;
}

async function checkProbeSet(store: Store, name: string, models: ModelRecord[]): Promise<void> {
  const probeSet = await store.probeSets.byName(name);
  if (!probeSet)
    throw new ProbelogError('PROBE_SET_UNKNOWN', `There is no probe set ${JSON.stringify(name)}.`);
  const other = models.find(({ probeSetId }) => probeSetId !== probeSet.id);
  if (!other) return;
  throw new ProbelogError(
    'INPUT_INVALID',
    `${titleOf(other)} was not probed with ${JSON.stringify(name)} but with another set.`,
  );
}

function titleOf({ name, version }: ModelRecord): string {
  return `${name} ${version}`;
}

function labelOf({ label, index }: LogitRecord): string {
  return label === null || label.trim() === '' ? `output ${index}` : label;
}

function captionOf(probeSet: ProbeSetRecord | null): string {
  const measure = 'Cosine similarity of the descriptors';
  return probeSet ? `${measure} over ${probeSet.size} probes of ${probeSet.name}` : measure;
}

function sideOf({ name, version }: ModelRecord, logits: LogitRecord[]) {
  return {
    model: name,
    version,
    logits: logits.map(({ index, label, status }) => ({ index, label, status })),
  };
}

async function write(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((thrown) => {
    throw new ProbelogError('INPUT_INVALID', `${file} cannot be written: ${messageOf(thrown)}`);
  });
}
