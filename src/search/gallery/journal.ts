import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { writeFileAtomicallySync } from '../../lib/atomic-file.js';

/** One model's rows in the descriptor file. */
export interface GalleryEntry {
  modelId: string;
  responsesDigest: string;
  /** Whether its outputs are independent labels; absent in entries of earlier releases, which knew none. */
  multiLabel?: boolean;
  firstRow: number;
  /** C */
  rows: number;
  /** Outputs without a descriptor, ascending; their rows are 0. */
  degenerate: number[];
  /** Share of the probes that were run, (0, 1]. */
  coverage: number;
  /** Logits in the prior that completed a partly probed model; 0 without a prior. */
  completedFrom: number;
  /** Row with the certainty of each probe (`completeDescriptors`); null when all probes were run. */
  certaintyRow: number | null;
  /** Mean skewness of its descriptors; null when it has fewer than three, too few to tell. */
  skewness: number | null;
  /**
   * Skewness of each output as completed without others' responses; null when all probes were run, and absent in entries of earlier
   * releases: then it is that of the row.
   */
  skewnesses?: readonly number[] | null;
  /** SHA-256 of its rows, certainties included. */
  checksum: string;
}

type Header = { format: number; probes: number };
type JournalLine = Header | { add: GalleryEntry } | { remove: string };

/** Increment it when the descriptors' formula or a file's layout changes: files of another format are rebuilt. */
const FORMAT = 9;
/** Characters of a line's checksum: the beginning of its SHA-256. */
const SUM_CHARACTERS = 16;

/**
 * The models of a gallery and their rows in the descriptor file, kept as one JSON line per change, behind its checksum.
 *
 * A line is written after its rows are on disk. A line that a crash cut short is dropped, and so are the rows behind
 * the last complete one. Adding a model again replaces it with a single line, so it is never missing or present twice.
 */
export class Journal {
  private readonly models = new Map<string, GalleryEntry>();
  /** The models by first row; null after a change. */
  private ordered: readonly GalleryEntry[] | null = null;
  private file: number;

  /** @throws Error when the file is damaged, or has another format or number of probes */
  constructor(
    private readonly path: string,
    private readonly probes: number,
  ) {
    const [header, ...lines] = readLines(path);
    if (header) checkHeader(header, probes);
    for (const line of lines) this.apply(line);
    this.file = this.rewrite();
  }

  /** All models by first row. The same array until a model is added or removed. */
  get entries(): readonly GalleryEntry[] {
    this.ordered ??= [...this.models.values()].sort((a, b) => a.firstRow - b.firstRow);
    return this.ordered;
  }

  get(modelId: string): GalleryEntry | undefined {
    return this.models.get(modelId);
  }

  /** The model that a row belongs to; undefined when that model was removed or replaced. */
  entryAt(row: number): GalleryEntry | undefined {
    const { entries } = this;
    let low = 0;
    let high = entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const entry = entries[middle];
      if (row < entry.firstRow) high = middle - 1;
      else if (row >= entry.firstRow + entry.rows) low = middle + 1;
      else return entry;
    }
    return undefined;
  }

  /** Logits with a descriptor. */
  get logits(): number {
    return countLogits(this.entries);
  }

  /** Outputs of all models. */
  get outputs(): number {
    return this.entries.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Rows from the beginning of the file up to the last one that a model uses. */
  get usedRows(): number {
    let end = 0;
    for (const { firstRow, rows, certaintyRow } of this.models.values())
      end = Math.max(end, firstRow + rows, certaintyRow === null ? 0 : certaintyRow + 1);
    return end;
  }

  add(entry: GalleryEntry): void {
    this.write({ add: entry });
  }

  remove(modelId: string): void {
    this.write({ remove: modelId });
  }

  close(): void {
    closeSync(this.file);
  }

  private rewrite(): number {
    const header: Header = { format: FORMAT, probes: this.probes };
    const lines: JournalLine[] = [header, ...[...this.models.values()].map((add) => ({ add }))];
    writeFileAtomicallySync(this.path, lines.map(asText).join(''));
    return openSync(this.path, 'a');
  }

  private write(line: JournalLine): void {
    writeSync(this.file, asText(line));
    fsyncSync(this.file);
    this.apply(line);
  }

  private apply(line: JournalLine): void {
    if ('add' in line) this.models.set(line.add.modelId, line.add);
    if ('remove' in line) this.models.delete(line.remove);
    this.ordered = null;
  }
}

/** Logits with a descriptor. */
export function countLogits(entries: readonly GalleryEntry[]): number {
  return entries.reduce((sum, { rows, degenerate }) => sum + rows - degenerate.length, 0);
}

function checkHeader(line: JournalLine, probes: number): void {
  if (!('format' in line) || line.format !== FORMAT || line.probes !== probes) {
    throw otherFormat();
  }
}

function otherFormat(): Error {
  return new Error('its files are of another release or probe set');
}

function readLines(path: string): JournalLine[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  // A last line without a line break was cut short.
  return text.split('\n').slice(0, -1).map(parseLine);
}

function parseLine(line: string): JournalLine {
  if (line.startsWith('{')) throw otherFormat();
  const json = line.slice(SUM_CHARACTERS + 1);
  if (line.slice(0, SUM_CHARACTERS) !== sumOf(json)) throw new Error('the journal is damaged');
  return JSON.parse(json) as JournalLine;
}

function asText(line: JournalLine): string {
  const json = JSON.stringify(line);
  return `${sumOf(json)} ${json}\n`;
}

function sumOf(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, SUM_CHARACTERS);
}
