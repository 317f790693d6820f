import type { DryRun } from '../ingest/index.js';
import { parseNote } from '../lib/notes.js';
import { EXIT } from './exit-status.js';
import type { IngestModelInput } from './generated/operations.js';
import { type FormatFlags, printRows } from './output/formats.js';
import { printable } from './output/table.js';
import { isReportableError } from './reportable-error.js';
import { withService } from './service.js';

/** Prints what ingests would read and assume. A model that would be refused is reported, and sets the exit status. */
export async function printDryRuns(
  requests: readonly IngestModelInput[],
  formats: FormatFlags,
): Promise<void> {
  await withService(false, async (service, signal) => {
    const rows: Row[] = [];
    for (const request of requests) {
      const { name, version, source, output, labels, preprocessing, probeSet } = request;
      const asked = {
        ...{ name, version, source, preprocessing },
        output: output ?? undefined,
        labels: labels ?? undefined,
        probeSet: probeSet ?? undefined,
      };
      try {
        rows.push(rowOf(request, await service.dryRun(asked, signal)));
      } catch (thrown) {
        signal.throwIfAborted();
        if (!isReportableError(thrown)) throw thrown;
        const { code, message } = thrown;
        rows.push({ ...EMPTY, name, version, code, message });
        process.exitCode = EXIT.failed;
      }
    }
    printRows(rows, COLUMNS, formats);
    if (formats.json || formats.jsonl) return;
    for (const { name, version, code, message, preprocessing, notes } of rows) {
      const about = (text: string) => process.stderr.write(`${printable(`${name} ${version}: ${text}`)}\n`);
      if (code !== null) about(`${code}: ${message}`);
      if (preprocessing !== null) about(`preprocessing: ${JSON.stringify(preprocessing)}`);
      for (const one of notes) about(`note: ${one.code === null ? '' : `${one.code}: `}${one.message}`);
    }
  });
}

type Row = ReturnType<typeof rowOf>;

function rowOf({ name, version }: IngestModelInput, { inspected, labels, notes }: DryRun) {
  const { input, output, responseKind, multiLabel, preprocessing } = inspected;
  return {
    name,
    version,
    input: input as object | null,
    output: output.name as string | null,
    logits: output.outputs as number | null,
    kind: multiLabel ? 'MULTI_LABEL' : (responseKind as string | null),
    labels: labels?.length ?? null,
    preprocessing: preprocessing as object | null,
    notes: notes.map(parseNote),
    code: null as string | null,
    message: null as string | null,
  };
}

/** What is not known of a model that would be refused. */
const EMPTY = {
  ...{ input: null, output: null, logits: null, kind: null, labels: null },
  preprocessing: null,
  notes: [],
};

const COLUMNS = {
  name: 'MODEL',
  version: 'VERSION',
  output: 'OUTPUT',
  logits: 'LOGITS',
  kind: 'RESPONSES',
  labels: 'LABELS',
  code: 'ERROR',
};
