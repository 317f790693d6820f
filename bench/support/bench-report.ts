import { writeFileSync } from 'node:fs';

/** A goal, and how near to it a measurement came. */
export interface Bar {
  name: string;
  value: number;
  goal: number;
  ok: boolean;
}

/** A goal before it is measured. */
export interface Goal {
  goal: number;
  /** Whether larger values are better; smaller ones are when absent. */
  isLeast?: boolean;
}

/**
 * What a benchmark has measured so far. The file is written after each step, so a run that is stopped leaves what it has, and
 * says what is missing.
 */
export class BenchReport<Row extends object, Name extends string> {
  private readonly rows: Row[] = [];
  private readonly bars: Bar[] = [];

  /** @param path of the file; nothing is written when undefined */
  constructor(
    private readonly goals: Readonly<Record<Name, Goal>>,
    private readonly path: string | undefined,
  ) {
    this.write();
  }

  add(row: Row): void {
    this.rows.push(row);
    this.write();
  }

  measured(name: Name, value: number): void {
    const { goal, isLeast = false } = this.goals[name];
    this.bars.push({ name, value, goal, ok: isLeast ? value >= goal : value <= goal });
    this.write();
  }

  /** Prints each bar, and what was not measured. */
  print(): void {
    for (const { name, value, goal, ok } of this.bars)
      console.log(`${ok ? 'ok    ' : 'missed'}  ${name}: ${value.toPrecision(3)}, goal ${goal}`);
    if (this.missing.length > 0) console.log(`not measured: ${this.missing.join(', ')}`);
  }

  private get missing(): string[] {
    const names = this.bars.map(({ name }) => name);
    return Object.keys(this.goals).filter((name) => !names.includes(name));
  }

  private write(): void {
    if (this.path === undefined) return;
    const { rows, bars, missing } = this;
    writeFileSync(this.path, `${JSON.stringify({ rows, bars, missing }, null, 2)}\n`);
  }
}

/**
 * The parts of a benchmark to run.
 *
 * @param only names separated by commas; all parts when undefined
 * @throws Error for a part that there is not
 */
export function partsOf<Part extends string>(parts: readonly Part[], only: string | undefined): Set<Part> {
  const named =
    only === undefined
      ? parts
      : only.split(',').map((name) => {
          const part = parts.find((known) => known === name);
          if (part === undefined) throw new Error(`There is no part ${name}; there are ${parts.join(', ')}.`);
          return part;
        });
  return new Set(named);
}
