import type { TestSequencer, TestSpecification, Vitest } from 'vitest/node';

/** Files of more than half a minute on two cores; the slowest first. */
const SLOW = [
  'runners/python-package',
  'registries/real-mlflow',
  'runners/mlflow-end-to-end',
  'runners/hub-end-to-end',
  'cli/serve',
  'cli/worker',
  'ui/page',
  'client/ingest',
  'cli/commands',
  'cli/interrupted',
  'server/progress',
  'server/limits',
  'app/certainty',
  'registry-sync/sweep',
  'server/slow-clients',
  'ingest/sidecar-files',
  'cli/remote',
  'registries/full-path',
  'store/kill',
  'cli/backup',
  'cli/export',
  'probing/chosen-probes',
  'faults/kill-rounds',
].map((name) => `/test/${name}.integration.test.ts`);

/**
 * Starts slow files first, so that no worker is left with one at the end. Vitest knows durations only from an earlier run; in a
 * fresh clone it starts with the largest files, and the slowest is among the smallest.
 */
export class SlowFirst implements TestSequencer {
  constructor(private readonly vitest: Vitest) {}

  async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await (await this.usual()).sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const index = SLOW.findIndex((end) => moduleId.endsWith(end));
      return index === -1 ? SLOW.length : index;
    };
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    return sorted.toSorted((one, other) => group(one) - group(other) || place(one) - place(other));
  }

  async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await this.usual()).shard(files);
  }

  /** Imported late: knip reads the configuration, and cannot load Vitest itself. */
  private async usual(): Promise<TestSequencer> {
    const { BaseSequencer } = await import('vitest/node');
    return new BaseSequencer(this.vitest);
  }
}
