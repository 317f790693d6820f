import { unlessAborted } from './deadline.js';

interface Flight<T> {
  result: Promise<T>;
  callers: number;
  controller: AbortController;
}

/** Shares one run of the same work among all who ask for it meanwhile. The work is aborted when its last caller leaves. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /**
   * @param key the same for the same work
   * @param work its signal aborts when no caller waits any more
   * @param signal aborts when this caller leaves
   */
  async run(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    signal?.throwIfAborted();
    const flight = this.flights.get(key) ?? this.start(key, work);
    flight.callers++;
    try {
      return await unlessAborted(flight.result, signal);
    } finally {
      if (--flight.callers === 0) {
        // A later caller starts the work again.
        this.flights.delete(key);
        flight.controller.abort(signal?.reason);
      }
    }
  }

  private start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight = { result: work(controller.signal), callers: 0, controller };
    this.flights.set(key, flight);
    return flight;
  }
}
