/** A row that the index or a scan proposes; higher values come first. */
export interface Candidate {
  value: number;
  modelId: string;
  index: number;
  row: number;
  /** Id of the reranked window that it belongs to. */
  window?: string;
}

type Position = Pick<Candidate, 'value' | 'modelId' | 'index'>;

/** Order of results: by value, then by model and output, so that ties always have the same order. */
export function isBefore(a: Position, b: Position): boolean {
  if (a.value !== b.value) return a.value > b.value;
  if (a.modelId !== b.modelId) return a.modelId < b.modelId;
  return a.index < b.index;
}

/** Collects the candidates of a search. */
export interface CandidateSink {
  /** Candidates of this model with a lower value need not be offered. */
  threshold(modelId: string): number;
  offer(candidate: Candidate): void;
}

/** Keeps the best `limit` candidates. */
export class TopK implements CandidateSink {
  private readonly best: Candidate[] = [];

  /**
   * @param limit how many are kept
   * @param after only candidates after this position count
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
