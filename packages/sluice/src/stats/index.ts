export { angle } from './angle.ts'
export { bernoulliCS } from './bernoulli-cs.ts'
export { betCostRatio, costRatios, costVarianceFloor } from './bet-cost-ratio.ts'
export { betScore, type ScoreBetDesign, scoreDrops } from './bet-score.ts'
export { betaIncReg } from './beta.ts'
export { clopperPearson } from './clopper-pearson.ts'
export {
  addClusterScore,
  type ClusterSums,
  clusterAsympCS,
  clusterVariance,
  effectiveUsers,
  newClusterSums,
  type UserScores,
} from './cluster-asymp-cs.ts'
export { type ClusterRobustMean, clusterRobustMean, tInterval } from './cluster-robust-mean.ts'
export { combineE } from './combine-e.ts'
export { addCovariate, type CovariateSums, expectedExcess, expectGiven, newCovariateSums } from './covariate.ts'
export { cleanRepeatsToPass, criticalSprt, type SprtDesign, type SprtResult } from './critical-sprt.ts'
export { type DriftDesign, type DriftState, driftSR, newDriftState } from './drift-sr.ts'
export { eBH } from './e-bh.ts'
export { effectiveAnswers } from './effective-answers.ts'
export { type FailureCount, failureTails } from './failure-odds.ts'
export { flagRatio, flagRatios } from './flag-ratio.ts'
export { gammaPReg, lgamma } from './gamma.ts'
export { gateSequential, type RepeatedCase, type SequentialResult } from './gate-sequential.ts'
export { gsBounds } from './gs-bounds.ts'
export { holm } from './holm.ts'
export {
  addIncumbent,
  expectIncumbent,
  type IncumbentSums,
  newIncumbentSums,
  type Prior,
} from './incumbent-sums.ts'
export { logMixture } from './log-mixture.ts'
export { atLeast, isDeterministic, type LookPlan, lookPlan, outcomeAt } from './look-plan.ts'
export { mdePower, type Plan, type PlannedPower } from './mde-power.ts'
export { mergeLogWealth } from './merge-log-wealth.ts'
export { constantMoments, type Moments, momentsOf } from './moments.ts'
export { normCdf, normInv, normLogUpperTail, normUpperTailInv } from './normal.ts'
export { type Estimand, type Pair, type PairedLook, pairedLook } from './paired-look.ts'
export { type PassHatK, passHatK, type RepeatCount } from './pass-hat-k.ts'
export { addToSketch, newSketch, type SketchDesign, sketchQuantile } from './quantile-sketch.ts'
export { type Random, seededRandom } from './random.ts'
export { answersAgainstRareLosses, type ObservedDrop, zOfRareLosses } from './rare-losses.ts'
export { skewedT, skewnessOf } from './skewed-t.ts'
export { weightedQuantile, weightedQuantiles, weightedStd } from './spread.ts'
export { srm } from './srm.ts'
export { tCdf, tInv, tLogUpperTail, tOfZ, zOfT } from './student.ts'
