export { type Agreement, agreement, type Ratings } from './agreement/agreement.ts'
export { isotonic } from './agreement/isotonic.ts'
export {
  type CellWeight,
  type KappaDesign,
  type KappaDistance,
  kappaInterval,
  stratifiedKappa,
} from './agreement/kappa.ts'
export { type MeanDifference, meanDifference, type WeightedGroup } from './agreement/mean-difference.ts'
export { type PpiMean, type PpiSample, ppiMean, withTwoErrors } from './agreement/ppi-mean.ts'
export { type RoganGladen, type RoganGladenCounts, roganGladen } from './agreement/rogan-gladen.ts'
export { type Proportion, weightedProportion } from './agreement/weighted-proportion.ts'
export { angle } from './angle.ts'
export { betaIncReg } from './distributions/beta.ts'
export { gammaPReg, lgamma } from './distributions/gamma.ts'
export { normCdf, normInv, normLogUpperTail, normUpperTailInv } from './distributions/normal.ts'
export { tCdf, tInv, tLogUpperTail, tOfZ, zOfT } from './distributions/student.ts'
export { betCostRatio, costRatios, costVarianceFloor } from './e-values/bet-cost-ratio.ts'
export { betScore, type ScoreBetDesign, scoreDrops } from './e-values/bet-score.ts'
export { combineE, logMixture, mergeLogWealth } from './e-values/combine-e.ts'
export {
  addCovariate,
  type CovariateSums,
  expectedExcess,
  expectGiven,
  newCovariateSums,
} from './e-values/covariate.ts'
export { type DriftDesign, type DriftState, driftSR, newDriftState } from './e-values/drift-sr.ts'
export { eBH } from './e-values/e-bh.ts'
export { flagRatio, flagRatios } from './e-values/flag-ratio.ts'
export {
  addIncumbent,
  expectIncumbent,
  type IncumbentSums,
  newIncumbentSums,
  type Prior,
} from './e-values/incumbent-sums.ts'
export { srm } from './e-values/srm.ts'
export { cleanRepeatsToPass, criticalSprt, type SprtDesign, type SprtResult } from './gate/critical-sprt.ts'
export { effectiveAnswers } from './gate/effective-answers.ts'
export { type FailureCount, failureTails } from './gate/failure-odds.ts'
export { gateSequential, type RepeatedCase, type SequentialResult } from './gate/gate-sequential.ts'
export { type GroupDifference, type GroupedValue, groupDifference } from './gate/group-difference.ts'
export { gsBounds } from './gate/gs-bounds.ts'
export { holm } from './gate/holm.ts'
export { type CountedCase, type LinearMetric, linearMetric, type PartCount } from './gate/linear-metric.ts'
export { atLeast, isDeterministic, type LookPlan, lookPlan, outcomeAt } from './gate/look-plan.ts'
export { mdePower, type Plan, type PlannedPower } from './gate/mde-power.ts'
export { constantMoments, type Moments, momentsOf } from './gate/moments.ts'
export {
  type EffectPair,
  type IntervalEstimate,
  type Loss,
  lossChange,
  lossOf,
  meanEffect,
} from './gate/paired-effect.ts'
export { type Estimand, type Pair, type PairedLook, pairedLook } from './gate/paired-look.ts'
export { type PassHatK, passHatK, type RepeatCount } from './gate/pass-hat-k.ts'
export { answersAgainstRareLosses, type ObservedDrop, zOfRareLosses } from './gate/rare-losses.ts'
export { skewedT, skewnessOf } from './gate/skewed-t.ts'
export { type VarianceComponents, type VotesByAnswer, varianceComponents } from './gate/variance-components.ts'
export { bernoulliCS } from './intervals/bernoulli-cs.ts'
export { clopperPearson } from './intervals/clopper-pearson.ts'
export {
  addClusterScore,
  type ClusterSums,
  clusterAsympCS,
  clusterVariance,
  effectiveUsers,
  newClusterSums,
  type UserScores,
} from './intervals/cluster-asymp-cs.ts'
export { type ClusterRobustMean, clusterRobustMean, tInterval } from './intervals/mean-interval.ts'
export { lowerBound, trialsForBound, upperBound } from './intervals/one-sided-bounds.ts'
export { type Influence, shareDifferenceInterval, shareInterval } from './intervals/share-interval.ts'
export { addToMean, type MeanSums, meanOfSums, newMeanSums } from './intervals/streamed-mean.ts'
export { addToSketch, newSketch, type SketchDesign, sketchQuantile } from './quantile-sketch.ts'
export { type Random, seededRandom } from './random.ts'
export { signFlipP } from './sign-flip.ts'
export { weightedQuantile, weightedQuantiles, weightedStd } from './spread.ts'
