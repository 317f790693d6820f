/** A candidate: `value` orders it, higher first. */
export interface Candidate {
  value: number;
  modelId: string;
  index: number;
  row: number;
  /** Name of the head that it stands in, once it does. */
  head?: string;
}

type Place = Pick<Candidate, 'value' | 'modelId' | 'index'>;

/** Order of results: by value, then by model and output, so that equal values have one order for ever. */
export function isBefore(a: Place, b: Place): boolean {
  if (a.value !== b.value) return a.value > b.value;
  if (a.modelId !== b.modelId) return a.modelId < b.modelId;
  return a.index < b.index;
}

/** What a search feeds its candidates to. */
export interface HitSink {
  /** A candidate of this model with a value below need not be offered. */
  least(modelId: string): number;
  offer(candidate: Candidate): void;
}

/** Keeps the best few of many candidates. */
export class TopK implements HitSink {
  private readonly kept: Candidate[] = [];

  /**
   * @param limit how many are kept
   * @param after only those behind this place count
   */
  constructor(
    private readonly limit: number,
    private readonly after?: Place,
  ) {}

  least(): number {
    return this.kept.length < this.limit
      ? Number.NEGATIVE_INFINITY
      : (this.kept.at(-1)?.value ?? Number.POSITIVE_INFINITY);
  }

  offer(candidate: Candidate): void {
    if (this.after && !isBefore(this.after, candidate)) return;
    const last = this.kept.at(-1);
    if (this.kept.length === this.limit && (!last || !isBefore(candidate, last))) return;
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(candidate, this.kept[middle])) high = middle;
      else low = middle + 1;
    }
    this.kept.splice(low, 0, candidate);
    if (this.kept.length > this.limit) this.kept.pop();
  }

  /** Best first. */
  list(): Candidate[] {
    return this.kept;
  }
}

/** Keeps the best candidate of each model. */
export class TopKByModel implements HitSink {
  private readonly kept = new Map<string, Candidate>();

  least(modelId: string): number {
    return this.kept.get(modelId)?.value ?? Number.NEGATIVE_INFINITY;
  }

  offer(candidate: Candidate): void {
    const present = this.kept.get(candidate.modelId);
    if (!present || isBefore(candidate, present)) this.kept.set(candidate.modelId, candidate);
  }

  get models(): number {
    return this.kept.size;
  }

  /** In no order. */
  list(): Candidate[] {
    return [...this.kept.values()];
  }
}
