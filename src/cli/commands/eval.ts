import { Command } from 'commander';
import type { Service } from '../../app/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { LogitRecord, ModelRecord, ProbeSetRecord, Store } from '../../store/index.js';
import { findModel, keyIn } from '../find.js';
import { writeOutput } from '../output/write-file.js';

/** `probelog eval` */
export function evalCommand(): Command {
  return new Command('eval').description('draw figures of the paper').addCommand(similarityCommand());
}

function similarityCommand(): Command {
  return new Command('similarity')
    .description('draw how similar the logits of two models are, each with each')
    .requiredOption(
      '--model <name>',
      'a model: its name, name@version or id; give it twice, for the rows and for the columns',
      (name: string, before: string[] = []) => [...before, name],
    )
    .requiredOption('--out <file>', 'SVG file to write')
    .option('--json <file>', 'also write the matrix as JSON')
    .option('--probe-set <name>', 'check that both models were probed with this set')
    .action(async (flags: SimilarityFlags) => {
      const { model: names } = flags;
      if (names.length !== 2) {
        throw new ProbelogError(
          'INPUT_INVALID',
          `--model is given ${names.length === 1 ? 'once' : `${names.length} times`}; give it twice, for the rows and for the columns.`,
        );
      }
      const { withService } = await import('../service.js');
      await withService(false, (service) => drawSimilarity(service, flags));
    });
}

async function drawSimilarity(service: Service, flags: SimilarityFlags): Promise<void> {
  const { model: names, out, json, probeSet: wanted } = flags;
  const { store } = service;
  const { compareModels } = await import('../../search/index.js');
  const { similaritySvg } = await import('../output/similarity-svg.js');
  const [first, second] = [await modelOf(service, names[0]), await modelOf(service, names[1])];
  if (wanted !== undefined) await checkProbeSet(store, wanted, [first, second]);
  const { rows, columns, values } = await compareModels(service, first, second);
  const probeSet = await store.probeSets.byId(first.probeSetId);
  const figure = similaritySvg({
    rows: { title: titleOf(first), labels: rows.map(labelOf) },
    columns: { title: titleOf(second), labels: columns.map(labelOf) },
    values,
    caption: captionOf(probeSet),
  });
  await writeOutput(out, figure);
  if (json !== undefined) {
    const data = {
      probeSet: probeSet?.name ?? null,
      rows: sideOf(first, rows),
      columns: sideOf(second, columns),
      values,
    };
    await writeOutput(json, `${JSON.stringify(data, null, 2)}\n`);
  }
  process.stdout.write(`${out}: ${rows.length} × ${columns.length} logits\n`);
}

async function modelOf(service: Service, named: string): Promise<ModelRecord> {
  const { localClient } = await import('../in-process-fetch.js');
  const { id, name } = await findModel(localClient(service), named);
  const [model] = await service.store.models.byIds([keyIn(id)]);
  if (model) return model;
  throw new ProbelogError('NOT_FOUND', `The model ${name} was just removed.`);
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
