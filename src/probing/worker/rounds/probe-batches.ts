import type { PixelSource } from '../images/pixels.js';
import type { ProbeRounds } from './probe-rounds.js';

/** Some probes of one round, with their pixels. */
export interface ProbeBatch {
  /** Positions in the probe set. */
  probes: Uint32Array;
  pixels: Uint8Array;
}

const NO_PROBES = new Uint32Array();

/** Cuts the rounds of a run into batches. */
export class ProbeBatches {
  private constructor(
    private readonly rounds: ProbeRounds,
    private readonly source: PixelSource,
    /** Probes left in the current round. */
    private remaining: Uint32Array,
  ) {}

  /** Chooses the first round, so that its images are decoded while the model loads. */
  static async open(rounds: ProbeRounds, source: PixelSource): Promise<ProbeBatches> {
    const round = await rounds.next();
    if (round) source.announce(round);
    return new ProbeBatches(rounds, source, round ?? NO_PROBES);
  }

  /** The next batch of at most `max` probes; null after the last one. A batch never spans two rounds. */
  async next(max: number): Promise<ProbeBatch | null> {
    if (this.remaining.length === 0) {
      this.remaining = (await this.rounds.next()) ?? NO_PROBES;
      if (this.remaining.length === 0) return null;
      this.source.announce(this.remaining);
    }
    const probes = this.remaining.subarray(0, max);
    this.remaining = this.remaining.subarray(max);
    return { probes, pixels: await this.source.take(probes.length) };
  }

  /** A batch of one probe, when no other batch is left. */
  async single(probe: number): Promise<ProbeBatch> {
    const probes = Uint32Array.of(probe);
    this.source.announce(probes);
    return { probes, pixels: await this.source.take(1) };
  }
}
