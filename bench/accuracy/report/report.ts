import type { AbsentRow } from '../absent/absent-figures.js';
import type { FittedAnswerCurve } from '../absent/measure-absent.js';
import type { ChoiceRow } from '../measure/measure-choice.js';
import type { CalibrationRow, FittedCurve } from '../measure/measure-confidence.js';
import type { AccuracyRow } from '../measure/measure-expected-accuracy.js';
import type { NamedOutput } from '../measure/measure-undocumented.js';
import type { Row } from './row.js';

/** Everything that a run measured. */
export interface Report {
  hub: string;
  rows: Row[];
  calibration: CalibrationRow[];
  /** The curves that fit the choosing halves of all probe sets, to compare with those in use. */
  fitted: FittedCurve[];
  /** How honest galleries are about what they do not know. */
  absent: AbsentRow[];
  /** The curves behind it, and those that fit the choosing halves. */
  answerCurves: FittedAnswerCurve[];
  expectedAccuracy: AccuracyRow[];
  /** Offset and slopes that fit the choosing halves, in the order of `EXPECTED_ACCURACY_WEIGHTS`; null without truth. */
  expectedAccuracyWeights: number[] | null;
  undocumented: NamedOutput[];
  /** Empty unless asked for. */
  choice: ChoiceRow[];
  missing: string[];
  seconds: number;
}

export function emptyReport(hub: string, missing: string[]): Report {
  return {
    hub,
    rows: [],
    calibration: [],
    fitted: [],
    absent: [],
    answerCurves: [],
    expectedAccuracy: [],
    expectedAccuracyWeights: null,
    undocumented: [],
    choice: [],
    missing: [...missing],
    seconds: 0,
  };
}
