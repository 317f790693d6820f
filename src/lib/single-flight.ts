/** Something that is being worked on, and how many wait for it. */
interface Piece<T> {
  result: Promise<T>;
  waiting: number;
  unwanted: AbortController;
}

/** Does what several callers want at once a single time, and gives it up when none of them wants it any more. */
export class SingleFlight<T> {
  private readonly underWay = new Map<string, Piece<T>>();

  /**
   * @param work its signal tells when nobody waits for the result
   * @param gone tells when this caller does not
   */
  async run(
    key: string,
    work: (unwanted: AbortSignal) => Promise<T>,
    gone: AbortSignal | undefined,
  ): Promise<T> {
    gone?.throwIfAborted();
    const piece = this.underWay.get(key) ?? this.begin(key, work);
    piece.waiting++;
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(gone?.reason);
    });
    gone?.addEventListener('abort', leave);
    try {
      return await Promise.race([piece.result, left]);
    } finally {
      gone?.removeEventListener('abort', leave);
      if (--piece.waiting === 0) this.end(key, piece, gone?.reason);
    }
  }

  private begin(key: string, work: (unwanted: AbortSignal) => Promise<T>): Piece<T> {
    const unwanted = new AbortController();
    const piece = { result: work(unwanted.signal), waiting: 0, unwanted };
    this.underWay.set(key, piece);
    return piece;
  }

  /** Whoever comes later begins anew. */
  private end(key: string, piece: Piece<T>, reason: unknown): void {
    this.underWay.delete(key);
    piece.unwanted.abort(reason);
  }
}
