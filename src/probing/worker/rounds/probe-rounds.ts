/** Which probes a run shows its model, round after round. */
export interface ProbeRounds {
  /** Probes that have responses in the end, those of an interrupted run included, as far as is known by now. */
  readonly expectedProbes: number;
  /** Whether it is one round of all probes. */
  whole: boolean;
  /** What the caller should know. */
  notes: string[];
  /** The probes of the next round, ascending; null when enough was run. */
  next(): Promise<Uint32Array | null>;
  /** Takes what the model answered to some probes of the round. */
  add(probes: Uint32Array, responses: Float32Array): void;
  /** How many rounds were chosen, and how long that took. */
  choices(): { rounds: number; milliseconds: number };
}
