import type { Service } from '../app/index.js';
import { type Diagnosis, suggestionOf } from '../ingest/index.js';
import { EXIT } from './exit-status.js';
import { type IngestOutcome, printOutcomes } from './follow-ingest.js';
import { type FormatFlags, printRows } from './output/formats.js';
import { isReportableError } from './reportable-error.js';

/**
 * Prints outcomes, and below them how well the usual kinds of preprocessing suit each model. A model that cannot be diagnosed is
 * reported, and sets the exit status.
 *
 * @throws the signal's reason
 */
export async function printDiagnoses(
  service: Service,
  outcomes: IngestOutcome[],
  formats: FormatFlags,
  signal: AbortSignal,
): Promise<void> {
  const diagnoses: (Diagnosis | null)[] = [];
  for (const outcome of outcomes) diagnoses.push(await diagnosed(service, outcome, signal));
  const isJson = formats.json || formats.jsonl;
  if (isJson) {
    const withDiagnosis = outcomes.map((outcome, index) => ({
      ...outcome,
      diagnosis: rowsOf(diagnoses[index]),
    }));
    return printOutcomes(withDiagnosis, formats);
  }
  printOutcomes(outcomes, formats);
  for (const [index, { name, version }] of outcomes.entries()) {
    const diagnosis = diagnoses[index];
    if (!diagnosis) continue;
    process.stdout.write(`\n${name} ${version}: how well each preprocessing suits the model\n`);
    printRows(rowsOf(diagnosis) ?? [], COLUMNS, {});
    process.stdout.write(
      `${suggestionOf(diagnosis) ?? diagnosis.doubt ?? 'The one that was used suits the model as well as any.'}\n`,
    );
  }
}

const COLUMNS = { name: 'PREPROCESSING', agreement: 'AGREEMENT', spread: 'SPREAD', problem: 'PROBLEM' };

async function diagnosed(
  { store, diagnose }: Service,
  { name, version }: IngestOutcome,
  signal: AbortSignal,
): Promise<Diagnosis | null> {
  try {
    const model = await store.models.byNameVersion(name, version);
    return model && (await diagnose(model.id, signal));
  } catch (thrown) {
    signal.throwIfAborted();
    if (!isReportableError(thrown)) throw thrown;
    process.stderr.write(`${name} ${version}: cannot be diagnosed: ${thrown.code}: ${thrown.message}\n`);
    process.exitCode = EXIT.failed;
    return null;
  }
}

function rowsOf(diagnosis: Diagnosis | null) {
  return (
    diagnosis?.rows.map((row) => ({
      name: row.name,
      agreement: row.agreement ?? null,
      spread: row.spread ?? null,
      problem: row.problem,
      isSuggested: row === diagnosis.suggested,
      fields: row.fields,
    })) ?? null
  );
}
