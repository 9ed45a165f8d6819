import type { GateSettings } from '../../core/suite/config/config.ts'
import { guards } from '../../core/suite/config/guard.ts'
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

type Strictness = { [K in keyof Required<GateSettings>]: Compare<Required<GateSettings>[K]> | null }

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
}

/** Of the run as a whole, so that no prompt overrides them. */
const ofTheRun: readonly string[] = ['budgetUsd', 'guard']

const words: Record<string, string> = {
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
}

/** What a budget that was not asked for comes to. */
const impliedBudget = { budgetUsd: 2 }

/** How the settings of one feature differ; those of the run are `runPolicyChanges`. */
export function policyChanges(base: EffectiveSettings, now: EffectiveSettings, feature: string): MeasureChange[] {
  return differences(base, now)
    .filter(({ key }) => !ofTheRun.includes(key))
    .map(({ change }) => ({ ...change, feature }))
}

/** How the budget and the guard of the project differ. */
export function runPolicyChanges(base: GateSettings, now: GateSettings): MeasureChange[] {
  return differences({ ...impliedBudget, ...base }, { ...impliedBudget, ...now })
    .filter(({ key }) => ofTheRun.includes(key))
    .map(({ change }) => change)
}

function differences(base: GateSettings, now: GateSettings): { key: string; change: MeasureChange }[] {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(now)])] as (keyof GateSettings)[]
  return keys.flatMap((key) => {
    const [before, after] = [base[key], now[key]]
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    const what = words[key] ?? key
    const weakening = !(compare(key, after, before) >= 0)
    const parts = { kind: 'policy' as const, what, before: shown(before), after: shown(after), weakening }
    return [{ key, change: measureChange(parts) }]
  })
}

/** Of each setting the stricter one; where no order is known, the base's. */
export function stricterSettings(base: EffectiveSettings, now: EffectiveSettings): EffectiveSettings {
  const pick = ([key, before]: [string, unknown]) => {
    const after = now[key as keyof GateSettings]
    return [key, compare(key as keyof GateSettings, after, before) > 0 ? after : before]
  }
  return { ...now, ...Object.fromEntries(Object.entries(base).map(pick)) }
}

/** NaN where the two cannot be put in an order: a setting that is new, or without a stricter side. */
function compare(key: keyof GateSettings, a: unknown, b: unknown): number {
  const strict = strictness[key] as Compare<unknown> | null | undefined
  return strict && a !== undefined && b !== undefined ? strict(a, b) : Number.NaN
}

function shown(value: unknown): string | null {
  if (value === undefined) return null
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}
