import { CONFIDENCE_CURVES, type ConfidenceCurve } from '../../../src/domain/index.js';
import type { Answer } from '../statistics/answers.js';
import { fitCurve } from '../statistics/fit-curve.js';
import {
  calibrationErrorOf,
  confidenceOf,
  type Reliability,
  reliability,
} from '../statistics/reliability.js';

/** Answers to the questions of one row, of both halves. */
export interface JudgedAnswers {
  row: string;
  probeSet: string;
  curve: keyof typeof CONFIDENCE_CURVES;
  choosing: Answer[];
  reporting: Answer[];
  /** Answers of the reporting half to questions to which it has no right answer; outside of the calibration error. */
  unanswerable: Answer[];
  /** Answers of a smaller gallery, of every fourth model of the reporting half. */
  smaller: Answer[];
}

/** Reliability of the confidence that comes with answers, on the reporting half. */
export interface CalibrationRow extends Reliability {
  row: string;
  probeSet: string;
  /** Calibration errors of curves fitted to less, each measured on models that it was not fitted to. */
  checks: {
    /** Fitted to the choosing halves of all probe sets. */
    refitted: number;
    /** Fitted to the reporting halves, measured on the choosing half. */
    swapped: number;
    /** Fitted to the choosing halves of the other probe sets alone; null when there is no other. */
    otherProbeSets: number | null;
    /** The shipped curve in a gallery of a quarter of the models; null when not measured. */
    smallerGallery: number | null;
  };
}

/** The shipped curve of a row beside the one that fits the choosing halves. */
export interface FittedCurve {
  row: string;
  shipped: ConfidenceCurve;
  fitted: ConfidenceCurve;
}

/** Everything about confidence, once all probe sets are measured. */
export function measureConfidence(judged: JudgedAnswers[]): {
  calibration: CalibrationRow[];
  fitted: FittedCurve[];
} {
  const rows = [...new Set(judged.map(({ row }) => row))];
  const calibration: CalibrationRow[] = [];
  const fitted: FittedCurve[] = [];
  for (const row of rows) {
    const parts = judged.filter((part) => part.row === row);
    const shipped = CONFIDENCE_CURVES[parts[0].curve];
    const curveOf = (answers: Answer[]) => fitCurve(answers, shipped.margin !== 0);
    const onChoosing = curveOf(parts.flatMap(({ choosing }) => choosing));
    const onReporting = curveOf(parts.flatMap(({ reporting }) => reporting));
    fitted.push({ row, shipped, fitted: onChoosing });
    for (const part of parts) {
      const { probeSet, choosing, reporting, unanswerable, smaller } = part;
      const others = parts.filter((other) => other !== part).flatMap((other) => other.choosing);
      const measured = reliability(reporting, shipped);
      calibration.push({
        row,
        probeSet,
        ...measured,
        unknown: unanswerable.length > 0 ? meanOfFirst(unanswerable, shipped) : measured.unknown,
        checks: {
          refitted: calibrationErrorOf(reporting, onChoosing),
          swapped: calibrationErrorOf(choosing, onReporting),
          otherProbeSets: others.length > 0 ? calibrationErrorOf(reporting, curveOf(others)) : null,
          smallerGallery: smaller.length > 0 ? calibrationErrorOf(smaller, shipped) : null,
        },
      });
    }
  }
  return { calibration, fitted };
}

function meanOfFirst(answers: Answer[], curve: ConfidenceCurve): number {
  const first = answers.filter(({ place }) => place === 0);
  return first.reduce((sum, answer) => sum + confidenceOf(answer, curve), 0) / first.length;
}
