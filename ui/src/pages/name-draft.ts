/** What a person decided about an output: its name, or null to skip it. */
export type Decision = string | null;

/** Where a draft is kept, such as the tab's session storage. */
export interface DraftStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const PREFIX = 'probelog-names-';

/** Names that are not saved yet, by the index of their output. They are kept in the tab, so that a reload finds them. */
export class NameDraft {
  private readonly decisions: Map<number, Decision>;

  /** @param storage throws where a browser refuses it */
  constructor(
    private readonly modelId: string,
    private readonly storage: () => DraftStorage,
  ) {
    this.decisions = read(PREFIX + modelId, storage);
  }

  get size(): number {
    return this.decisions.size;
  }

  has(index: number): boolean {
    return this.decisions.has(index);
  }

  /** Undefined while nothing is decided. */
  get(index: number): Decision | undefined {
    return this.decisions.get(index);
  }

  set(index: number, decision: Decision): void {
    this.decisions.set(index, decision);
    this.keep();
  }

  clear(): void {
    this.decisions.clear();
    this.keep();
  }

  /** One text for each output: its new name, or else its label; empty where it has neither. */
  labels(present: readonly (string | null)[]): string[] {
    return present.map((label, index) => this.decisions.get(index) ?? label ?? '');
  }

  private keep(): void {
    try {
      if (this.decisions.size === 0) this.storage().removeItem(PREFIX + this.modelId);
      else this.storage().setItem(PREFIX + this.modelId, JSON.stringify([...this.decisions]));
    } catch {
      // A browser may refuse storage; then the names end with the page, which warns before.
    }
  }
}

/** Anything may have been written there. */
function read(key: string, storage: () => DraftStorage): Map<number, Decision> {
  try {
    const kept: unknown = JSON.parse(storage().getItem(key) ?? '[]');
    return new Map(Array.isArray(kept) ? kept.filter(isEntry) : []);
  } catch {
    return new Map();
  }
}

function isEntry(value: unknown): value is [number, Decision] {
  return (
    Array.isArray(value) &&
    Number.isInteger(value[0]) &&
    (value[1] === null || (typeof value[1] === 'string' && value[1] !== ''))
  );
}

/** Labels as a table with the columns `index` and `label` (RFC 4180). */
export function labelTable(labels: readonly string[]): string {
  const rows = labels.map((label, index) => `${index},"${label.replaceAll('"', '""')}"`);
  return `${['index,label', ...rows].join('\r\n')}\r\n`;
}
