import { messageOf, ProbelogError } from '../errors/index.js';
import type { Log } from '../lib/log.js';
import { SerialQueue } from '../lib/serial-queue.js';
import type { RegistryReader } from '../registries/index.js';
import type { Store, SweepRecord } from '../store/index.js';
import { type SweepDependencies, type SweepReport, sweepRegistry } from './sweep.js';
import { toSweepRecord } from './to-sweep-record.js';

/** The one process that sweeps on a schedule. */
const LEASE = 'sweeps';
/** Within this, another process takes the schedule over from one that was killed. */
const LEASE_MS = 60_000;

/** What a sweeper needs. */
export interface SweeperOptions extends SweepDependencies {
  readers: readonly RegistryReader[];
  store: Pick<Store, 'models' | 'sweeps' | 'leases'>;
  /** Unique among all processes on this database. */
  processId: string;
  log: Log;
}

/** Which registries are swept, and how. */
export interface SweepRequest {
  /** Names of registries; all that can be listed when absent. */
  registries?: readonly string[];
  dryRun?: boolean;
}

/**
 * Makes up for what webhooks did not tell, when asked to and on a schedule. One sweep goes at a time in a process, and of
 * several processes on one database only one has the schedule.
 */
export class Sweeper {
  private readonly stopping = new AbortController();
  /** Sweeps that were asked for and have not begun, by what was asked. */
  private readonly waiting = new Map<string, Promise<SweepRecord[]>>();
  private readonly sweeps = new SerialQueue();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SweeperOptions) {}

  /** Names of the registries that can be listed. */
  get registries(): string[] {
    return this.options.readers.filter(({ listing }) => listing !== null).map(({ name }) => name);
  }

  /**
   * The same as {@link sweep}, as it is kept, for callers over the network: of any number who ask for the same while a sweep
   * is under way, all get the one that follows.
   *
   * @throws as `sweep`
   */
  sync(request: SweepRequest): Promise<SweepRecord[]> {
    const key = JSON.stringify([request.registries ?? null, request.dryRun ?? false]);
    const waiting = this.waiting.get(key);
    if (waiting) return waiting;
    const swept = this.sweep(request, () => this.waiting.delete(key)).then((reports) =>
      reports.map(toSweepRecord),
    );
    this.waiting.set(key, swept);
    const forget = () => {
      if (this.waiting.get(key) === swept) this.waiting.delete(key);
    };
    swept.then(forget, forget);
    return swept;
  }

  /** @throws ProbelogError INPUT_INVALID for a registry that cannot be listed; what goes wrong later is in the reports */
  async sweep(
    { registries = this.registries, dryRun = false }: SweepRequest = {},
    onBegin: () => void = () => undefined,
  ): Promise<SweepReport[]> {
    const unknown = registries.find((name) => !this.registries.includes(name));
    if (unknown !== undefined) throw notListed(unknown, this.registries);
    return this.sweeps.run(async () => {
      onBegin();
      const reports: SweepReport[] = [];
      for (const reader of this.options.readers.filter(({ name }) => registries.includes(name))) {
        if (this.stopping.signal.aborted) break;
        const report = await sweepRegistry(reader, { dryRun, signal: this.stopping.signal }, this.options);
        this.tell(report);
        if (!dryRun && !this.stopping.signal.aborted)
          await this.options.store.sweeps.save(toSweepRecord(report));
        reports.push(report);
      }
      return reports;
    });
  }

  /**
   * Sweeps now, and from then on so often, as long as no other process does. Nothing happens where no registry can be listed.
   *
   * @param leaseMs how long a killed process keeps the schedule
   */
  start(everyMs: number, leaseMs = LEASE_MS): void {
    if (everyMs === 0 || this.registries.length === 0) return;
    const { store, processId, log } = this.options;
    /** When the last sweep of this process began; null while another has the schedule. */
    let beganAt: number | null = null;
    const look = async () => {
      try {
        const isOurs = await store.leases.take(LEASE, processId, leaseMs);
        if (!isOurs) beganAt = null;
        if (!isOurs || (beganAt !== null && Date.now() - beganAt < everyMs)) return;
        beganAt = Date.now();
        await this.sweep();
      } catch (thrown) {
        log('error', 'the registries cannot be swept', { reason: messageOf(thrown) });
      }
    };
    look();
    this.timer = setInterval(look, leaseMs / 3);
  }

  /** Ends a sweep under way, and the schedule, which another process may take over at once. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort(new Error('The service ends.'));
    await this.sweeps.settled();
    if (this.timer) await this.options.store.leases.giveBack(LEASE, this.options.processId);
  }

  private tell({ registry, error, dryRun, ...report }: SweepReport): void {
    if (this.stopping.signal.aborted) return;
    const counts = Object.fromEntries(
      Object.entries(report).flatMap(([what, names]) => (Array.isArray(names) ? [[what, names.length]] : [])),
    );
    if (error !== null)
      this.options.log('warn', 'a sweep could not read everything', { registry, error, ...counts });
    else if (!dryRun && Object.values(counts).some((count) => count > 0)) {
      this.options.log('info', 'a sweep made up for what webhooks did not tell', { registry, ...counts });
    }
  }
}

function notListed(name: string, registries: string[]): ProbelogError {
  const those = registries.length > 0 ? `these can: ${registries.join(', ')}` : 'none can';
  return new ProbelogError(
    'INPUT_INVALID',
    `${JSON.stringify(name)} is no registry that can be listed; by the settings ${those} (docs/registries).`,
    { registry: name },
  );
}
