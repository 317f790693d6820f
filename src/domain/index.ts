export {
  EXPECTED_ERROR_BUDGET,
  expectedErrorAtBudget,
  maxAcceptedError,
} from './completion/accepted-error.js';
export { type ChooserOptions, ProbeChooser } from './completion/choose-probes.js';
export {
  type CompletedDescriptors,
  completeDescriptors,
  observedProbes,
} from './completion/complete-descriptors.js';
export { ConditionedPrior, mostLikelyFamily, mostLikelyIndex } from './completion/conditioned-prior.js';
export { dOptimalProbes } from './completion/d-optimal-probes.js';
export { collectExemplars, type Exemplars, NO_EXEMPLARS } from './completion/exemplars.js';
export { familyCenters, modelSignature, nearestFamily } from './completion/model-families.js';
export { isTrainingModel, probeBudget } from './completion/probe-budget.js';
export {
  COMMON_PROBES,
  decodePrior,
  encodePrior,
  type PriorFamily,
  type PriorShape,
  type ResponsePrior,
} from './completion/response-prior.js';
export {
  type Descriptors,
  descriptors,
  RESPONSE_SHARPNESS,
  standardizedResponses,
} from './descriptors/descriptors.js';
export { fixGauge, type Responses, SPREAD_SHARE } from './descriptors/fix-gauge.js';
export { nearestProbes, neighborAgreement } from './descriptors/neighbor-agreement.js';
export {
  looksLikeProbabilities,
  looksLikeSigmoids,
  probabilitiesToLogits,
  probabilityScale,
  sigmoidsToLogits,
  withoutUnderflow,
} from './descriptors/probabilities.js';
export { responseSpread } from './descriptors/response-spread.js';
export { sharpen } from './descriptors/sharpen.js';
export { fitUnsharpening, type Unsharpening, unsharpenRows } from './descriptors/unsharpen.js';
export { zscore } from './descriptors/zscore.js';
export { decodeFloat16, encodeFloat16, float16Value } from './formats/float16.js';
export {
  decodeMatrix,
  encodeMatrix,
  encodeNpyHeader,
  type NpyHeader,
  parseNpyHeader,
} from './formats/npy.js';
export { firstFrom } from './linalg/first-from.js';
export { dot } from './linalg/inner-product.js';
export {
  columnsOf,
  leadingColumns,
  type Matrix,
  multiply,
  rowOf,
  stackRows,
  transpose,
  unitRows,
} from './linalg/matrix.js';
export { orderStatistics } from './linalg/order-statistics.js';
export { alignPoints, type Points } from './linalg/procrustes.js';
export { random } from './linalg/random.js';
export { concatenated, evenlySpaced } from './linalg/row-numbers.js';
export { topIndexes } from './linalg/top-indexes.js';
export { type Frame, type FrameRounding, frameImage, type ResizeMode } from './pixels/frame-image.js';
export type { Raster } from './pixels/raster.js';
export type { ResampleFilter } from './pixels/resample.js';
export {
  ANSWER_CURVES,
  type AnswerCurve,
  type AnswerFit,
  type AnswerSignals,
  answerConfidence,
  answerSupport,
  bestNameMatch,
  FIT_LIMITS,
  type FitLimits,
  fitOf,
  JUDGED_RESULTS,
  matchOf,
  type StrongestResponses,
  shareAtMost,
  shownSignal,
  standings,
  strongestResponses,
} from './scoring/answer-fit.js';
export {
  asymmetricDiscrepancy,
  LOGIT_TOP_K,
  TEXT_TOP_K,
  topProbes,
} from './scoring/asymmetric-discrepancy.js';
export {
  type Basis,
  basisRank,
  fitBasis,
  indexRank,
  leadingDirections,
  multiplyGram,
} from './scoring/basis.js';
export { conceptContrast, vocabularyBackground } from './scoring/concept-contrast.js';
export { decidingConcept, type ExpressionScores, expressionScore } from './scoring/concept-expression.js';
export { CONTRAST_SHARPNESS, conceptQuery, REGRESSION_SHARPNESS } from './scoring/concept-query.js';
export { regressionMatrix, timesVector } from './scoring/concept-regression.js';
export {
  CONFIDENCE_CURVES,
  type ConfidenceCurve,
  confidence,
  nameStatistics,
  type ScoreSpread,
  scoreSpread,
} from './scoring/confidence.js';
export {
  CONSENSUS_CANDIDATES,
  CONSENSUS_NEIGHBORS,
  consensusOfNeighbors,
  consensusScores,
  type Neighbors,
} from './scoring/consensus.js';
export { type Contribution, evidence, linearScore } from './scoring/evidence.js';
export {
  EXPECTED_ACCURACY_WEIGHTS,
  expectedAccuracy,
  skewness,
  skewnessFor,
} from './scoring/expected-accuracy.js';
export { alignToLabels } from './scoring/label-prototype.js';
export { similarityMatrix } from './scoring/similarity-matrix.js';
export {
  EXPONENT as WHITENING_EXPONENT,
  indexQuery,
  logitQuery,
  whiten,
  whitenedNorm,
  whiteningMatrix,
} from './scoring/whitening.js';
