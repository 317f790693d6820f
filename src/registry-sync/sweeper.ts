import { messageOf, ProbelogError } from '../errors/index.js';
import type { Log } from '../lib/log.js';
import { SerialQueue } from '../lib/serial-queue.js';
import type { RegistryReader } from '../registries/index.js';
import type { Store, SweepRecord } from '../store/index.js';
import { type SweepDependencies, type SweepReport, sweepRegistry, toSweepRecord } from './sweep.js';

/** The lease of the process that sweeps on a schedule. */
const LEASE = 'sweeps';
/** After a process was killed, another one takes over the schedule within this time. */
const LEASE_MS = 60_000;

/** What a sweeper needs. */
export interface SweeperOptions extends SweepDependencies {
  readers: readonly RegistryReader[];
  store: Pick<Store, 'models' | 'sweeps' | 'leases'>;
  /** Unique among all processes on the database. */
  processId: string;
  log: Log;
}

/** A request to sweep. */
export interface SweepRequest {
  /** Names of registries; absent: every registry that can be listed. */
  registries?: readonly string[];
  dryRun?: boolean;
}

/**
 * Applies the changes that webhooks missed, on request and on a schedule. Each process runs one sweep at a time, and only one
 * process on a database has the schedule.
 */
export class Sweeper {
  private readonly stopping = new AbortController();
  /** Requested sweeps that have not begun, by request. */
  private readonly waiting = new Map<string, Promise<SweepRecord[]>>();
  private readonly sweeps = new SerialQueue();
  private timer: NodeJS.Timeout | undefined;
  private nextAt: Date | null = null;
  /** Resolves when every check of the schedule has ended; it never fails. */
  private checks: Promise<void> = Promise.resolve();

  constructor(private readonly options: SweeperOptions) {}

  /** Names of the registries that can be listed. */
  get registries(): string[] {
    return this.options.readers.filter(({ listing }) => listing !== null).map(({ name }) => name);
  }

  /** When the schedule of this process sweeps next; null without one, and while another process has it. */
  get nextSweepAt(): Date | null {
    return this.nextAt;
  }

  /**
   * Sweeps for a caller over the network, and returns records. Callers with the same request share one sweep: while another
   * sweep is running, they all get the next one.
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

  /** @throws ProbelogError INPUT_INVALID for a registry that cannot be listed; the reports contain later failures */
  async sweep(
    { registries = this.registries, dryRun = false }: SweepRequest = {},
    onBegin: () => void = () => undefined,
  ): Promise<SweepReport[]> {
    const unknown = registries.find((name) => !this.registries.includes(name));
    if (unknown !== undefined) throw cannotList(unknown, this.registries);
    return this.sweeps.run(async () => {
      onBegin();
      const reports: SweepReport[] = [];
      for (const reader of this.options.readers.filter(({ name }) => registries.includes(name))) {
        if (this.stopping.signal.aborted) break;
        const report = await sweepRegistry(reader, { dryRun, signal: this.stopping.signal }, this.options);
        this.logReport(report);
        if (!dryRun && !this.stopping.signal.aborted)
          await this.options.store.sweeps.save(toSweepRecord(report));
        reports.push(report);
      }
      return reports;
    });
  }

  /**
   * Sweeps now and then regularly, unless another process does. It does nothing when no registry can be listed.
   *
   * @param leaseMs how long a killed process keeps the schedule
   */
  start(everyMs: number, leaseMs = LEASE_MS): void {
    if (everyMs === 0 || this.registries.length === 0) return;
    const { store, processId, log } = this.options;
    /** When the last sweep of this process began; null while another has the schedule. */
    let beganAt: number | null = null;
    const sweepIfDue = async () => {
      try {
        const isOurs = await store.leases.acquire(LEASE, processId, leaseMs);
        if (!isOurs) beganAt = this.nextAt = null;
        if (this.stopping.signal.aborted) return;
        if (!isOurs || (beganAt !== null && Date.now() - beganAt < everyMs)) return;
        beganAt = Date.now();
        this.nextAt = new Date(beganAt + everyMs);
        await this.sweep();
      } catch (thrown) {
        log('error', 'a scheduled sweep failed', { reason: messageOf(thrown) });
      }
    };
    // Checks renew the lease, so the next one does not wait for the sweep of the last one. Closing waits for all of them.
    const begin = () => {
      this.checks = Promise.all([this.checks, sweepIfDue()]).then(() => undefined);
    };
    begin();
    this.timer = setInterval(begin, leaseMs / 3);
  }

  /** Stops a running sweep and the schedule. Another process can take over the schedule at once. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort(new Error('The service is stopping.'));
    await this.checks;
    await this.sweeps.settled();
    if (this.timer) await this.options.store.leases.release(LEASE, this.options.processId);
  }

  private logReport({ registry, error, dryRun, ...report }: SweepReport): void {
    if (this.stopping.signal.aborted) return;
    const counts = Object.fromEntries(
      Object.entries(report).flatMap(([field, names]) =>
        Array.isArray(names) ? [[field, names.length]] : [],
      ),
    );
    if (error !== null)
      this.options.log('warn', 'a sweep could not read everything', { registry, error, ...counts });
    else if (!dryRun && Object.values(counts).some((count) => count > 0)) {
      this.options.log('info', 'a sweep applied changes that webhooks missed', { registry, ...counts });
    }
  }
}

function cannotList(name: string, registries: string[]): ProbelogError {
  const listed = registries.length > 0 ? registries.join(', ') : 'none';
  return new ProbelogError(
    'INPUT_INVALID',
    `The registry ${JSON.stringify(name.slice(0, 100))} cannot be listed. Registries that can be listed with these settings: ${listed} (docs/registries).`,
    { registry: name.slice(0, 100) },
  );
}
