export { asymmetricDiscrepancy, LOGIT_TOP_K, TEXT_TOP_K, topProbes } from './asymmetric-discrepancy.js';
export { type Basis, basisRank } from './basis.js';
export { errorAllowed, galleryError, SHARE_OF_EXPECTED_ERROR } from './beyond-budget.js';
export { type ChooserOptions, ProbeChooser } from './choose-probes.js';
export { type CompletedDescriptors, completeDescriptors, observedProbes } from './complete-descriptors.js';
export { conceptContrast, vocabularyBackground } from './concept-contrast.js';
export { decidingConcept, type ExpressionScores, expressionScore } from './concept-expression.js';
export { CONTRAST_SHARPNESS, conceptQuery, REGRESSION_SHARPNESS } from './concept-query.js';
export { regressionMatrix, timesVector } from './concept-regression.js';
export { ConditionedPrior, likeliestAmong, likeliestOf } from './conditioned-prior.js';
export {
  CONFIDENCE_CURVES,
  type ConfidenceCurve,
  confidence,
  type Standing,
  standingOf,
} from './confidence.js';
export { CONSENSUS_CANDIDATES, CONSENSUS_NEIGHBOURS, consensusScores } from './consensus.js';
export { type Descriptors, descriptors, RESPONSE_SHARPNESS, standardResponses } from './descriptors.js';
export { earnedBudget, teachesBasis } from './earned-budget.js';
export { type Contribution, evidence } from './evidence.js';
export { EXPECTED_ACCURACY_WEIGHTS, expectedAccuracy, skewness } from './expected-accuracy.js';
export { fitBasis, multiplyGram } from './fit-basis.js';
export { fixGauge, SPREAD_SHARE } from './fix-gauge.js';
export { decodeFloat16, encodeFloat16 } from './float16.js';
export { dot } from './inner-product.js';
export { alignToLabels } from './label-prototype.js';
export { leastKnownProbes } from './least-known-probes.js';
export { linearScore } from './linear-score.js';
export { type Matrix, rowOf } from './matrix.js';
export { columnsOf, leadingColumns } from './matrix-columns.js';
export { stackRows, unitRows } from './matrix-rows.js';
export { familyCentres, modelSignature, nearestFamily } from './model-families.js';
export { nameStandings } from './name-standings.js';
export { encodeNpyHeader, type NpyHeader, parseNpyHeader } from './npy.js';
export { decodeMatrix, encodeMatrix } from './npy-matrix.js';
export { looksLikeProbabilities, probabilitiesToLogits, withoutUnderflow } from './probabilities.js';
export { random } from './random.js';
export {
  COMMON_PROBES,
  decodePrior,
  encodePrior,
  type PriorFamily,
  type PriorShape,
  type ResponsePrior,
} from './response-prior.js';
export { sharpen } from './sharpen.js';
export { similarityMatrix } from './similarity-matrix.js';
export { topIndexes } from './top-indexes.js';
export { transpose } from './transpose.js';
export { type Unsharpening, unsharpeningOf, unsharpenRows } from './unsharpen.js';
export {
  EXPONENT as WHITENING_EXPONENT,
  indexQuery,
  logitQuery,
  whiten,
  whitenedNorm,
  whiteningMatrix,
} from './whitening.js';
export { zscore } from './zscore.js';
