import type { ConfidenceCurve } from '../../src/domain/index.js';
import type { Decile } from './calibration.js';
import type { AccuracyRow } from './measure-expected-accuracy.js';
import type { Row } from './row.js';

/** Reliability of the confidence that comes with answers. */
export interface CalibrationRow {
  row: string;
  probeSet: string;
  /** Expected calibration error over deciles of the confidence, on the reporting half. */
  ece: number;
  answers: number;
  deciles: Decile[];
  /** Mean confidence of the best answer to concepts that a model knows, and to such that none knows. */
  known: number;
  unknown: number | null;
}

/** Everything that a run measured. */
export interface Report {
  hub: string;
  rows: Row[];
  calibration: CalibrationRow[];
  /** The curves that fit the choosing halves of all probe sets, to compare with those in use. */
  fitted: Record<string, ConfidenceCurve>;
  expectedAccuracy: AccuracyRow[];
  missing: string[];
  seconds: number;
}

export function emptyReport(hub: string, missing: string[]): Report {
  return {
    hub,
    rows: [],
    calibration: [],
    fitted: {},
    expectedAccuracy: [],
    missing: [...missing],
    seconds: 0,
  };
}
