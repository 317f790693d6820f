/** Why a running ingest is told to stop. */
export type StopReason = 'CANCELLED' | 'DRAINING' | 'LOST';

/** What the signal of a running ingest is aborted with. */
export class Stopped extends Error {
  constructor(readonly reason: StopReason) {
    super(`The ingest was stopped: ${reason}`);
  }
}
