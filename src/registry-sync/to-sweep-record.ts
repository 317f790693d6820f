import type { SweepRecord, SweptVersions } from '../store/index.js';
import type { SweepReport } from './sweep.js';

/** A registry's first sweep may find a million versions; their number tells as much as their names. */
const MAX_NAMES = 1_000;

/** A report as it is kept and shown: of many names only the first. */
export function toSweepRecord(report: SweepReport): SweepRecord {
  return {
    ...report,
    ingested: firstOf(report.ingested),
    changed: firstOf(report.changed),
    removed: firstOf(report.removed),
    annotated: firstOf(report.annotated),
    refused: firstOf(report.refused),
  };
}

function firstOf(names: readonly string[]): SweptVersions {
  return { count: names.length, names: names.slice(0, MAX_NAMES) };
}
