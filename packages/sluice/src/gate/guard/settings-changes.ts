import type { GateSettings } from '../../core/suite/config/config.ts'
import { type JudgeRequirements, uncalibrated } from '../../core/suite/config/gate-settings.ts'
import { guards } from '../../core/suite/config/guard.ts'
import type { MetricSettings } from '../../core/suite/config/metric-settings.ts'
import { largestRates, type SafetySettings } from '../../core/suite/config/safety-settings.ts'
import { isObject } from '../../json.ts'
import type { MeasureChange } from '../../records/report/report.ts'
import { measureChange } from '../report/measure-change.ts'

/** Settings of the gate as one feature has them: the prompt's over the project's over the defaults. */
export type EffectiveSettings = GateSettings

/** Positive where the first is the stricter of the two. */
type Compare<T> = (a: T, b: T) => number

const higher: Compare<number> = (a, b) => a - b
const lower: Compare<number> = (a, b) => b - a
const earlierIn =
  <T>(order: readonly T[]): Compare<T> =>
  (a, b) =>
    order.indexOf(b) - order.indexOf(a)

type PlainSettings = Omit<GateSettings, 'judge'>

type Strictness = { [K in keyof Required<PlainSettings>]: Compare<Required<PlainSettings>[K]> | null }

/** Stricter is what bounds every tag that the other bounds, at least as tightly. Nothing at all bounds no tag. */
function tighterBounds(a: SafetySettings | undefined, b: SafetySettings | undefined): number {
  const [first, second] = [largestRates(a), largestRates(b)]
  const holds = (one: Record<string, number>, other: Record<string, number>) =>
    Object.entries(other).every(([tag, most]) => (one[tag] ?? Infinity) <= most)
  if (holds(first, second)) return holds(second, first) ? 0 : 1
  return holds(second, first) ? -1 : Number.NaN
}

/** Stricter is what limits every metric that the other limits, at least as tightly. */
function tighterMetrics(a: MetricSettings | undefined, b: MetricSettings | undefined): number {
  const holds = (one: MetricSettings = {}, other: MetricSettings = {}) =>
    Object.entries(other).every(([name, { min, max, margin }]) => {
      const own = one[name]
      const hasMin = min === undefined || (own?.min ?? Number.NEGATIVE_INFINITY) >= min
      const hasMax = max === undefined || (own?.max ?? Number.POSITIVE_INFINITY) <= max
      return hasMin && hasMax && (margin === undefined || (own?.margin ?? Number.POSITIVE_INFINITY) <= margin)
    })
  if (holds(a, b)) return holds(b, a) ? 0 : 1
  return holds(b, a) ? -1 : Number.NaN
}

/** Which way each setting is stricter; null where any other value measures something else. */
const strictness: Strictness = {
  threshold: higher,
  margin: lower,
  tagMargin: lower,
  confidence: higher,
  repeats: (a, b) => (a.at(-1) ?? 0) - (b.at(-1) ?? 0),
  criticalRepeats: lower,
  minCoverage: higher,
  onInconclusive: earlierIn(['block', 'tiebreak', 'warn']),
  budgetUsd: higher,
  caseThreshold: higher,
  estimand: null,
  guard: earlierIn(guards),
  safety: tighterBounds,
  metrics: tighterMetrics,
}

/** These settings belong to the run as a whole, so that no prompt overrides them. */
const ofTheRun: readonly string[] = ['budgetUsd', 'guard']

/** Which way each demand on the judge is stricter. */
const strictnessOfJudge: { [K in keyof Required<JudgeRequirements>]: Compare<Required<JudgeRequirements>[K]> } = {
  minKappa: higher,
  minTpr: higher,
  minTnr: higher,
  onUncalibrated: earlierIn(uncalibrated),
}

const words: Record<string, string> = {
  minKappa: 'least agreement of the judge with people (kappa)',
  minTpr: 'least true positive rate of the judge',
  minTnr: 'least true negative rate of the judge',
  onUncalibrated: 'what a judge without calibration may do',
  threshold: 'threshold',
  margin: 'margin',
  tagMargin: 'margin of a tag',
  confidence: 'confidence',
  repeats: 'repeats',
  criticalRepeats: 'repeats of critical cases',
  minCoverage: 'least coverage',
  onInconclusive: 'what an undecided run does',
  budgetUsd: 'budget in USD',
  caseThreshold: 'score from which a case passes',
  estimand: 'what the scores stand for',
  guard: 'guard of the measure',
  safety: 'bounds of safety',
  metrics: 'limits of metrics',
}

/** What a budget that was not asked for comes to. */
const impliedBudget = { budgetUsd: 2 }

/** How the settings of one feature differ; those of the run are `runSettingsChanges`. */
export function settingsChanges(base: EffectiveSettings, now: EffectiveSettings, feature: string): MeasureChange[] {
  return differences(base, now)
    .filter(({ key }) => !ofTheRun.includes(key))
    .map(({ change }) => ({ ...change, feature }))
}

/** How the budget, the guard and the demands on the judge differ. */
export function runSettingsChanges(base: GateSettings, now: GateSettings): MeasureChange[] {
  const ofRun = differences({ ...impliedBudget, ...base }, { ...impliedBudget, ...now })
    .filter(({ key }) => ofTheRun.includes(key))
    .map(({ change }) => change)
  return [...ofRun, ...judgeDemandChanges(base.judge, now.judge)]
}

/** A demand that is new is stricter than none, and one that is gone looser than any. */
function judgeDemandChanges(base: JudgeRequirements, now: JudgeRequirements): MeasureChange[] {
  return (Object.keys(strictnessOfJudge) as (keyof JudgeRequirements)[]).flatMap((key) => {
    const [before, after] = [base[key], now[key]]
    if (before === after) return []
    const weakening = compareDemand(key, after, before) < 0
    const what = words[key] ?? key
    return [measureChange({ kind: 'policy', what, before: shown(before), after: shown(after), weakening })]
  })
}

function compareDemand(key: keyof JudgeRequirements, a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return (strictnessOfJudge[key] as Compare<unknown>)(a, b)
}

/** The stricter one of each demand on the judge. */
function stricterJudge(base: JudgeRequirements, now: JudgeRequirements): JudgeRequirements {
  const keys = Object.keys(strictnessOfJudge) as (keyof JudgeRequirements)[]
  const picked = keys.flatMap((key) => {
    const value = compareDemand(key, now[key], base[key]) > 0 ? now[key] : base[key]
    return value === undefined ? [] : [[key, value]]
  })
  return { ...now, ...Object.fromEntries(picked) }
}

function differences(base: GateSettings, now: GateSettings): { key: string; change: MeasureChange }[] {
  const all = [...new Set([...Object.keys(base), ...Object.keys(now)])] as (keyof GateSettings)[]
  const keys = all.filter((key) => key !== 'judge')
  return keys.flatMap((key) => {
    const [before, after] = [base[key], now[key]]
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    const what = words[key] ?? key
    const weakening = !(compare(key, after, before) >= 0)
    const parts = { kind: 'policy' as const, what, before: shown(before), after: shown(after), weakening }
    return [{ key, change: measureChange(parts) }]
  })
}

/** The stricter one of each setting; where no order is known, the base's. */
export function stricterSettings(base: EffectiveSettings, now: EffectiveSettings): EffectiveSettings {
  const pick = ([key, before]: [string, unknown]) => {
    const after = now[key as keyof GateSettings]
    return [key, compare(key as keyof GateSettings, after, before) > 0 ? after : before]
  }
  const judge = stricterJudge(base.judge, now.judge)
  return { ...now, ...Object.fromEntries(Object.entries(base).map(pick)), judge }
}

/** NaN where the two cannot be put in an order: a setting that is new, or without a stricter side. */
function compare(key: keyof GateSettings, a: unknown, b: unknown): number {
  const strict = (key === 'judge' ? null : strictness[key]) as Compare<unknown> | null | undefined
  const areKnown = key === 'safety' || key === 'metrics' || (a !== undefined && b !== undefined)
  return strict && areKnown ? strict(a, b) : Number.NaN
}

function shown(value: unknown): string | null {
  if (value === undefined) return null
  if (typeof value === 'object' && value !== null && 'maxViolationRate' in value)
    return shownBounds(value as SafetySettings)
  if (isObject(value)) return shownMetrics(value as MetricSettings)
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}

function shownBounds(safety: SafetySettings): string {
  return Object.entries(largestRates(safety))
    .map(([tag, most]) => `${tag} ${most}`)
    .join(', ')
}

function shownMetrics(metrics: MetricSettings): string {
  return Object.entries(metrics)
    .map(([name, { min, max, margin }]) => {
      const limits = [
        ...(min === undefined ? [] : [`min ${min}`]),
        ...(max === undefined ? [] : [`max ${max}`]),
        ...(margin === undefined ? [] : [`margin ${margin}`]),
      ]
      return `${name} ${limits.join(' ')}`
    })
    .join(', ')
}
