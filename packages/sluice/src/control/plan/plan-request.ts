import { SluiceError } from '../../errors.ts'
import type { Report } from '../../records/report/report.ts'
import {
  defaultLiveSettings,
  defaultRolloutSettings,
  type LiveSettings,
  ppmPerPercent,
  type RolloutSettings,
  rolloutSettingsSchema,
  usualStages,
} from '../../records/rollout/rollout-settings.ts'
import { suitedSettings } from './suited-settings.ts'
import { requestsPerVisit, type Traffic } from './traffic.ts'
import { usualOutcomes } from './usual-outcomes.ts'

/** The request of `sluice plan canary`. Undefined fields come from the settings, the report or the defaults. */
export interface PlanRequest {
  requestsPerDay: number
  users?: number | undefined
  usersPerDay?: number | undefined
  /** Percentages. */
  stages?: number[] | undefined
  /** Durations, one for each stage; the last one is repeated. */
  soak?: string[] | undefined
  judgePercent?: number | undefined
  judgeUsd?: number | undefined
  errorRate: number
  scoreSd?: number | undefined
  alpha?: number | undefined
  flagMargin?: number | undefined
}

/** What a report of the gate says about scores and judging. */
export interface MeasuredFeature {
  /** Standard deviation of the case scores. */
  deviation: number | null
  /** Cost of one call of the judge, in USD. */
  judgeUsd: number | null
}

/**
 * What a report, read from `file`, says about a feature; about its first one, if `feature` is undefined.
 * @throws SluiceError `invalid-input` if the report does not have the feature
 */
export function measuredIn({ features }: Report, feature: string | undefined, file: string): MeasuredFeature {
  const found = features.find((report) => feature === undefined || report.feature === feature)
  if (!found) throw new SluiceError('invalid-input', `${file}: the report has no feature ${feature}`)
  const { judge, cost, score } = found
  const usd = judge && judge.calls > 0 && cost.judgeUsd ? cost.judgeUsd / judge.calls : null
  return { deviation: score.std, judgeUsd: usd }
}

/** What a plan is about. */
export interface PlannedVersion {
  rollout: RolloutSettings
  live: LiveSettings
  rubric: readonly unknown[]
  /** The settings that its prompt file sets itself. */
  written?: readonly string[] | undefined
}

/** Without a feature, answers are thought of as judged. */
export const anyFeature: PlannedVersion = {
  rollout: defaultRolloutSettings,
  live: { ...defaultLiveSettings, store: true },
  rubric: [null],
}

/** Whether answers are judged: where they are stored and there are questions, or where the plan is to say what if. */
export function isPlannedJudged({ live, rubric }: PlannedVersion, { judgePercent }: PlanRequest): boolean {
  return judgePercent !== undefined || (live.store && rubric.length > 0)
}

/** The traffic of a plan. */
export function requestedTraffic(
  request: PlanRequest,
  known: PlannedVersion,
  measured: MeasuredFeature | undefined,
): Traffic {
  const { requestsPerDay, judgePercent, errorRate, users = null, usersPerDay = null } = request
  const { judge } = known.live
  const most = isPlannedJudged(known, request) ? 1 : 0
  return {
    requestsPerDay,
    users,
    perVisit: requestsPerVisit(requestsPerDay, { users, usersPerDay }),
    judged: (most * (judgePercent ?? judge.canaryPercent ?? judge.percent)) / 100,
    judgedIncumbents: (most * (judgePercent ?? judge.percent)) / 100,
    judgeUsd: request.judgeUsd ?? measured?.judgeUsd ?? null,
    errorRate,
    deviation: request.scoreSd ?? measured?.deviation ?? usualOutcomes.deviation,
  }
}

/**
 * The settings of a rollout, replaced by those of the request, which are checked like those of a file. As where a
 * rollout is started, the score has no say where nothing is judged, unless the prompt file gives it one.
 * @throws SluiceError `invalid-input` if one of them is invalid
 */
export function requestedSettings(known: PlannedVersion, request: PlanRequest): RolloutSettings {
  const { stages, soak, alpha, flagMargin } = request
  const { settings: rollout } = suitedSettings(
    { live: known.live, isJudged: isPlannedJudged(known, request), written: known.written ?? null },
    known.rollout,
    null,
  )
  const bounds = { ...(alpha !== undefined && { alpha }), ...(flagMargin !== undefined && { flagMargin }) }
  if (stages === undefined && soak === undefined) return { ...rollout, ...checked(bounds) }
  const percents = stages ?? rollout.stages.map(({ ppm }) => ppm / ppmPerPercent)
  const given = percents.map((percent, i) => ({
    percent,
    soak: soak?.[i] ?? soak?.at(-1) ?? (usualStages[i] ?? usualStages.at(-1))?.soak,
  }))
  return { ...rollout, ...checked({ ...bounds, stages: given }) }
}

/** The given settings, read like those of a file. */
function checked(given: object): Partial<RolloutSettings> {
  const { data, error } = rolloutSettingsSchema.safeParse(given)
  if (data) return Object.fromEntries(Object.entries(data).filter(([key]) => Object.hasOwn(given, key)))
  const faults = error.issues.map(({ path: [key = '', ...rest], message }) => {
    return `${[flagOf[String(key)] ?? key, ...rest].join('.')}: ${message}`
  })
  throw new SluiceError('invalid-input', faults.join('; '))
}

/** The command line flags of a setting. */
const flagOf: Record<string, string> = { stages: '--stages or --soak', alpha: '--alpha', flagMargin: '--flag-margin' }
