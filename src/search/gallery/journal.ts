import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { writeFileAtomicallySync } from '../../lib/atomic-file.js';

/** One model's rows in the descriptor file. */
export interface GalleryEntry {
  modelId: string;
  responsesDigest: string;
  firstRow: number;
  /** C */
  rows: number;
  /** Outputs without a descriptor, ascending; their rows are 0. */
  degenerate: number[];
  /** Share of the probes that were run. */
  coverage: number;
  /** Logits that the prior was learned from which a partly probed model was completed with; 0 without one. */
  completedFrom: number;
  /** Row with the certainty of each probe (`completeDescriptors`); null when all were run. */
  certaintyRow: number | null;
  /** Mean skewness of its descriptors; null when it has fewer than three, too few to tell. */
  skewness: number | null;
}

type Header = { format: number; probes: number };
type JournalLine = Header | { add: GalleryEntry } | { remove: string };

/** Changes with the descriptors' formula or the files' layout; other files are made anew. */
const FORMAT = 8;

/**
 * Which rows of the descriptor file belong to which model: one JSON line for each change.
 *
 * A line is written after the rows it speaks of are on disk. A line that a crash cut short is dropped, and with it the
 * rows behind the last whole one. Adding a model that is there replaces it, in one line: it is never missing or double.
 */
export class Journal {
  private models = new Map<string, GalleryEntry>();
  private file: number;

  /** @throws Error when the file is damaged, of another format, or speaks of another number of probes */
  constructor(
    private readonly path: string,
    private readonly probes: number,
  ) {
    const [header, ...lines] = readLines(path);
    if (header) checkHeader(header, probes);
    for (const line of lines) this.take(line);
    this.file = this.rewrite();
  }

  get entries(): ReadonlyMap<string, GalleryEntry> {
    return this.models;
  }

  /** Rows that some entry needs, from the beginning of the file. */
  get rows(): number {
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
    this.take(line);
  }

  private take(line: JournalLine): void {
    if ('add' in line) this.models.set(line.add.modelId, line.add);
    if ('remove' in line) this.models.delete(line.remove);
  }
}

function checkHeader(line: JournalLine, probes: number): void {
  if (!('format' in line) || line.format !== FORMAT || line.probes !== probes) {
    throw new Error('the journal is of another format or probe set');
  }
}

function readLines(path: string): JournalLine[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  // Without its line break the last line is not whole.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalLine);
}

function asText(line: JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}
