import { messageOf, ProbelogError } from '../../errors/index.js';
import type { RegistryReader } from '../../registries/index.js';
import type { Log } from '../log.js';
import { type SweepDependencies, type SweepReport, sweepRegistry } from './sweep.js';

/** What a sweeper needs. */
export interface SweeperOptions extends SweepDependencies {
  readers: readonly RegistryReader[];
  log: Log;
}

/** Which registries are swept, and how. */
export interface SweepRequest {
  /** Names of registries; all that can be listed when absent. */
  registries?: readonly string[];
  dryRun?: boolean;
}

/** Makes up for what webhooks did not tell, when asked to and on a schedule. One sweep of a registry goes at a time. */
export class Sweeper {
  private readonly stopping = new AbortController();
  private readonly latest = new Map<string, SweepReport>();
  private last: Promise<unknown> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SweeperOptions) {}

  /** Names of the registries that can be listed. */
  get registries(): string[] {
    return this.options.readers.filter(({ listing }) => listing !== null).map(({ name }) => name);
  }

  /** What the last sweep of each registry by this process did. */
  get reports(): SweepReport[] {
    return [...this.latest.values()];
  }

  /** @throws ProbelogError INPUT_INVALID for a registry that cannot be listed; what goes wrong later is in the reports */
  async sweep({ registries = this.registries, dryRun = false }: SweepRequest = {}): Promise<SweepReport[]> {
    const unknown = registries.find((name) => !this.registries.includes(name));
    if (unknown !== undefined) throw notListed(unknown, this.registries);
    const run = async () => {
      const reports: SweepReport[] = [];
      for (const reader of this.options.readers.filter(({ name }) => registries.includes(name))) {
        if (this.stopping.signal.aborted) break;
        const report = await sweepRegistry(reader, { dryRun, signal: this.stopping.signal }, this.options);
        if (!dryRun) this.latest.set(report.registry, report);
        this.tell(report);
        reports.push(report);
      }
      return reports;
    };
    const result = this.last.then(run);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Sweeps now, and from then on so often. Nothing happens where no registry can be listed. */
  start(everyMs: number): void {
    if (everyMs === 0 || this.registries.length === 0) return;
    const sweep = () => {
      this.sweep().catch((thrown) =>
        this.options.log('error', 'the registries cannot be swept', { reason: messageOf(thrown) }),
      );
    };
    sweep();
    this.timer = setInterval(sweep, everyMs);
  }

  /** Ends the schedule and a sweep under way. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort(new Error('The service ends.'));
    await this.last;
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
