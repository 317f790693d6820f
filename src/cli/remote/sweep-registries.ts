import type { SweepReport } from '../../app/index.js';
import type { ProbelogClient } from '../../client/index.js';
import { SweepRegistriesDocument, type SweepRegistriesMutation } from './generated/operations.js';

type Sweep = SweepRegistriesMutation['syncRegistries'][number];

/** Has a server list registries and catch up with them. @param registries all that can be listed when undefined */
export async function sweepRegistries(
  client: ProbelogClient,
  registries: string[] | undefined,
  dryRun: boolean,
): Promise<SweepReport[]> {
  const reports: SweepReport[] = [];
  for (const registry of registries ?? [undefined]) {
    const { syncRegistries } = await client.query(SweepRegistriesDocument, { registry, dryRun });
    reports.push(...syncRegistries.map(reportOf));
  }
  return reports;
}

function reportOf({
  registry,
  dryRun,
  startedAt,
  finishedAt,
  listed,
  error,
  ...versions
}: Sweep): SweepReport {
  return {
    registry,
    dryRun,
    startedAt: new Date(startedAt),
    finishedAt: new Date(finishedAt),
    listed,
    ingested: versions.ingested.names,
    changed: versions.changed.names,
    removed: versions.removed.names,
    annotated: versions.annotated.names,
    refused: versions.refused.names,
    error,
  };
}
