import type { PixelSource } from '../images/pixel-source.js';
import type { ProbeRounds } from './probe-rounds.js';

/** Some probes of one round, with their pixels. */
export interface ProbeBatch {
  /** Positions in the probe set. */
  probes: Uint32Array;
  pixels: Uint8Array;
}

const NOTHING = new Uint32Array();

/** Cuts the rounds of a run into batches. */
export class ProbeBatches {
  private constructor(
    private readonly rounds: ProbeRounds,
    private readonly source: PixelSource,
    /** What is left of the present round. */
    private left: Uint32Array,
  ) {}

  /** Chooses the first round, so that its images are prepared while the model is loaded. */
  static async open(rounds: ProbeRounds, source: PixelSource): Promise<ProbeBatches> {
    const round = await rounds.next();
    if (round) source.announce(round);
    return new ProbeBatches(rounds, source, round ?? NOTHING);
  }

  /** The next batch, of at most so many probes; null after the last. Batches never reach over the end of a round. */
  async next(most: number): Promise<ProbeBatch | null> {
    if (this.left.length === 0) {
      this.left = (await this.rounds.next()) ?? NOTHING;
      if (this.left.length === 0) return null;
      this.source.announce(this.left);
    }
    const probes = this.left.subarray(0, most);
    this.left = this.left.subarray(most);
    return { probes, pixels: await this.source.take(probes.length) };
  }

  /** One probe by itself, when no batch is left. */
  async single(probe: number): Promise<ProbeBatch> {
    const probes = Uint32Array.of(probe);
    this.source.announce(probes);
    return { probes, pixels: await this.source.take(1) };
  }
}
