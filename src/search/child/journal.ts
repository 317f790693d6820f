import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** One model's rows in the descriptor file. */
export interface GalleryEntry {
  modelId: string;
  responsesDigest: string;
  firstRow: number;
  /** C */
  rows: number;
  /** Outputs without a descriptor; their rows are 0. */
  degenerate: number[];
}

type JournalLine = { format: number; probes: number } | { add: GalleryEntry } | { remove: string };

/** Changes with the descriptors' formula or the files' layout; other files are made anew. */
const FORMAT = 1;

/**
 * Which rows of the descriptor file belong to which model: one JSON line for each change.
 *
 * A line is written after the rows it speaks of are on disk. A line that a crash cut short is dropped, and with it the
 * rows behind the last whole one. Adding a model that is there replaces it, in one line: it is never missing or double.
 */
export class Journal {
  readonly entries = new Map<string, GalleryEntry>();
  private readonly file: number;

  constructor(path: string, probes: number) {
    const lines = readLines(path);
    const header = lines.shift();
    const usable = header && 'format' in header && header.format === FORMAT && header.probes === probes;
    if (header && !usable) throw new Error('the journal is of another format or probe set');
    for (const line of lines) this.take(line);
    const kept: JournalLine[] = [
      { format: FORMAT, probes },
      ...[...this.entries.values()].map((add) => ({ add })),
    ];
    writeFileSync(`${path}.new`, kept.map(asText).join(''), { flush: true });
    renameSync(`${path}.new`, path);
    this.file = openSync(path, 'a');
  }

  /** Rows that some entry needs, from the beginning of the file. */
  get rows(): number {
    let end = 0;
    for (const { firstRow, rows } of this.entries.values()) end = Math.max(end, firstRow + rows);
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

  private write(line: JournalLine): void {
    writeSync(this.file, asText(line));
    fsyncSync(this.file);
    this.take(line);
  }

  private take(line: JournalLine): void {
    if ('add' in line) this.entries.set(line.add.modelId, line.add);
    if ('remove' in line) this.entries.delete(line.remove);
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
