/** A candidate: `value` orders it, higher first. */
export interface Candidate {
  value: number;
  modelId: string;
  index: number;
  row: number;
  /** Name of the head that it stands in, once it does. */
  window?: string;
}

type Position = Pick<Candidate, 'value' | 'modelId' | 'index'>;

/** Order of results: by value, then by model and output, so that equal values have one order for ever. */
export function isBefore(a: Position, b: Position): boolean {
  if (a.value !== b.value) return a.value > b.value;
  if (a.modelId !== b.modelId) return a.modelId < b.modelId;
  return a.index < b.index;
}

/** What a search feeds its candidates to. */
export interface CandidateSink {
  /** A candidate of this model with a value below need not be offered. */
  threshold(modelId: string): number;
  offer(candidate: Candidate): void;
}

/** Keeps the best few of many candidates. */
export class TopK implements CandidateSink {
  private readonly best: Candidate[] = [];

  /**
   * @param limit how many are kept
   * @param after only those behind this place count
   */
  constructor(
    private readonly limit: number,
    private readonly after?: Position,
  ) {}

  threshold(): number {
    return this.best.length < this.limit
      ? Number.NEGATIVE_INFINITY
      : (this.best.at(-1)?.value ?? Number.POSITIVE_INFINITY);
  }

  offer(candidate: Candidate): void {
    if (this.after && !isBefore(this.after, candidate)) return;
    const last = this.best.at(-1);
    if (this.best.length === this.limit && (!last || !isBefore(candidate, last))) return;
    let low = 0;
    let high = this.best.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(candidate, this.best[middle])) high = middle;
      else low = middle + 1;
    }
    this.best.splice(low, 0, candidate);
    if (this.best.length > this.limit) this.best.pop();
  }

  /** Best first. */
  list(): Candidate[] {
    return this.best;
  }
}

/** Keeps the best candidate of each model. */
export class TopKByModel implements CandidateSink {
  private readonly best = new Map<string, Candidate>();

  threshold(modelId: string): number {
    return this.best.get(modelId)?.value ?? Number.NEGATIVE_INFINITY;
  }

  offer(candidate: Candidate): void {
    const present = this.best.get(candidate.modelId);
    if (!present || isBefore(candidate, present)) this.best.set(candidate.modelId, candidate);
  }

  get models(): number {
    return this.best.size;
  }

  /** In no order. */
  list(): Candidate[] {
    return [...this.best.values()];
  }
}
