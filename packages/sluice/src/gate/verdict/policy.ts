import { defaultGateSettings } from '../../core/suite/config/gate-settings.ts'
import type { MetricSettings } from '../../core/suite/config/metric-settings.ts'
import type { OnInconclusive } from '../../core/suite/config/on-inconclusive.ts'
import { SluiceError } from '../../errors.ts'
import type { Estimand, LookPlan } from '../../stats/index.ts'
import { lookPlan } from '../../stats/index.ts'

/** What may pass, and how sure the gate must be. Scores are in [0,1], and so are the margins. */
export interface GatePolicy {
  /** Largest drop of the mean against the baseline that is still acceptable. */
  margin: number
  /** Largest drop of the mean of one tag that is still acceptable. */
  tagMargin: number
  /** 1 - confidence bounds the chance to pass a drop of the margin, half of it the chance to fail there. */
  confidence: number
  /** Repeats per case in each round, increasing. A single round takes the whole error budget. */
  looks: readonly number[]
  /** Repeats up to which a critical case is judged, also where the rounds of the others end earlier. */
  criticalRepeats: number
  /** Floor of the mean score; undefined judges the difference alone. */
  threshold?: number | undefined
  /** How far below the floor the mean may lie. */
  thresholdMargin: number
  estimand: Estimand
  /**
   * What becomes of a run that neither passed nor failed: decided by its estimate, blocked, or let through with a
   * warning.
   */
  onInconclusive: OnInconclusive
  /** A repeat of a critical case fails below this score. */
  caseThreshold: number
  /** The largest share of violated cases by tag; undefined bounds nothing. */
  safety?: Readonly<Record<string, number>> | undefined
  /** Limits of metrics, and the least share of cases that must be measured; undefined judges no metric. */
  metrics?: { limits: MetricSettings; minCoverage: number } | undefined
}

const { margin, tagMargin, confidence, repeats, estimand, onInconclusive, caseThreshold } = defaultGateSettings
/** Those of the settings. There is no threshold: who has none judges the difference alone. */
const defaults = { margin, tagMargin, confidence, looks: repeats, estimand, onInconclusive, caseThreshold }
/** How far below the threshold the mean may lie by default. */
const thresholdMargin = 0.01

/**
 * The policy with its defaults filled in; critical cases end with the last round.
 * @throws SluiceError `invalid-input` for rounds or a confidence that no test can have
 */
export function gatePolicy(settings: Partial<GatePolicy> = {}): GatePolicy {
  const { looks = defaults.looks } = settings
  const policy = { ...defaults, thresholdMargin, criticalRepeats: looks.at(-1) ?? 1, ...settings }
  const increasing = looks.every((look, i) => Number.isInteger(look) && look > (looks[i - 1] ?? 0))
  if (looks.length === 0 || !increasing) {
    throw new SluiceError(
      'invalid-input',
      `gate.repeats is [${looks.join(', ')}]: give whole numbers from 1, increasing`,
    )
  }
  if (!(policy.confidence > 0.5 && policy.confidence < 1)) {
    throw new SluiceError(
      'invalid-input',
      `gate.confidence is ${policy.confidence}: give a number between 0.5 and 1, as 0.95`,
    )
  }
  return policy
}

/** Repeats after the last round at which undecided critical cases are judged again: five more at a time. */
export function roundsBeyond({ looks, criticalRepeats }: GatePolicy): number[] {
  const last = looks.at(-1) ?? 0
  const steps = Math.max(Math.ceil((criticalRepeats - last) / 5), 0)
  return Array.from({ length: steps }, (_, step) => Math.min(last + 5 * (step + 1), criticalRepeats))
}

/** The two error rates of every three-way test of the gate. */
export function errorRates({ confidence }: Pick<GatePolicy, 'confidence'>): { alphaPass: number; alphaFail: number } {
  return { alphaPass: 1 - confidence, alphaFail: (1 - confidence) / 2 }
}

/** The rounds and boundaries of the test of the difference, of the threshold, and of one tag on its own. */
export function planOf(policy: GatePolicy): LookPlan {
  return lookPlan(policy.looks, errorRates(policy))
}
