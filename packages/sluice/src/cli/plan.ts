import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { planCanary } from '../control/plan/plan-canary.ts'
import { planSvg } from '../control/plan/plan-svg.ts'
import { planText } from '../control/plan/plan-text.ts'
import { requestsPerVisit, type Traffic } from '../control/plan/traffic.ts'
import { selectFeature } from '../core/suite/select-feature.ts'
import { SluiceError } from '../errors.ts'
import { readReport } from '../gate/report/report-file.ts'
import type { FeatureReport } from '../records/feature-report.ts'
import {
  defaultLiveSettings,
  defaultRolloutSettings,
  type LiveSettings,
  type RolloutSettings,
  rolloutSettingsSchema,
} from '../records/rollout-settings.ts'
import type { Host } from './host.ts'
import { openProject } from './open-project.ts'

interface PlanOptions {
  requestsPerDay: number
  users?: number
  usersPerDay?: number
  stages?: number[]
  soak?: string
  judgePercent?: number
  judgeUsd?: number
  errorRate: number
  scoreSd?: number
  fromReport?: string
  alpha?: number
  flagMargin?: number
  svg?: string
  json?: boolean
}

const usualDeviation = 0.25
const usualSoak = ['4h', '8h', '12h', '24h']

/** `sluice plan canary`: what a canary on this traffic can see. No model is called. Exit 0. */
export async function planCanaryCommand(
  feature: string | undefined,
  options: PlanOptions,
  host: Host,
): Promise<number> {
  const known = await settingsOf(feature, host)
  const measured = options.fromReport === undefined ? undefined : await measuredBy(options.fromReport, feature, host)
  const plan = planCanary(trafficOf(options, known.live, measured), withFlags(known.rollout, options))
  if (options.svg !== undefined) {
    const file = path.resolve(host.cwd(), options.svg)
    await writeFile(file, planSvg(plan)).catch((cause: Error) => {
      throw new SluiceError('cannot-run', `${file}: cannot be written: ${cause.message}`, { cause })
    })
  }
  host.stdout.write(options.json ? `${JSON.stringify(plan, undefined, 2)}\n` : planText(plan, host.stdout.columns))
  return 0
}

async function settingsOf(
  feature: string | undefined,
  host: Host,
): Promise<{ rollout: RolloutSettings; live: LiveSettings }> {
  if (feature === undefined) return { rollout: defaultRolloutSettings, live: defaultLiveSettings }
  const { prompts } = await openProject(host, () => false)
  return selectFeature(prompts, feature)
}

interface Measured {
  deviation: number | null
  judgeUsd: number | null
}

/** Deviation of the case scores, and what a call of the judge cost, in a report of the gate. */
async function measuredBy(file: string, feature: string | undefined, host: Host): Promise<Measured> {
  const { features } = await readReport(path.resolve(host.cwd(), file))
  const found: FeatureReport | undefined = features.find(
    (report) => feature === undefined || report.feature === feature,
  )
  if (!found) throw new SluiceError('invalid-input', `${file}: it has no feature ${feature}`)
  const { judge, cost, score } = found
  const usd = judge && judge.calls > 0 && cost.judgeUsd ? cost.judgeUsd / judge.calls : null
  return { deviation: score.std, judgeUsd: usd }
}

function trafficOf(options: PlanOptions, { judge }: LiveSettings, measured: Measured | undefined): Traffic {
  return {
    requestsPerDay: options.requestsPerDay,
    users: options.users ?? null,
    perVisit: requestsPerVisit(options.requestsPerDay, {
      users: options.users ?? null,
      usersPerDay: options.usersPerDay ?? null,
    }),
    judged: (options.judgePercent ?? judge.canaryPercent ?? judge.percent) / 100,
    judgedIncumbents: (options.judgePercent ?? judge.percent) / 100,
    judgeUsd: options.judgeUsd ?? measured?.judgeUsd ?? null,
    errorRate: options.errorRate,
    deviation: options.scoreSd ?? measured?.deviation ?? usualDeviation,
  }
}

/** The settings with what the command line says, checked as those of a file. */
function withFlags(rollout: RolloutSettings, { stages, soak, alpha, flagMargin }: PlanOptions): RolloutSettings {
  const bounds = { ...(alpha !== undefined && { alpha }), ...(flagMargin !== undefined && { flagMargin }) }
  if (stages === undefined && soak === undefined) return { ...rollout, ...checked(bounds) }
  const times = soak?.split(',')
  const percents = stages ?? rollout.stages.map(({ ppm }) => ppm / 10_000)
  const given = percents.map((percent, i) => ({
    percent,
    soak: times?.[i] ?? times?.at(-1) ?? usualSoak[Math.min(i, usualSoak.length - 1)],
  }))
  return { ...rollout, ...checked({ ...bounds, stages: given }) }
}

/** Only what is given, as the settings of a file would be read. */
function checked(given: object): Partial<RolloutSettings> {
  const { data, error } = rolloutSettingsSchema.safeParse(given)
  if (data) return Object.fromEntries(Object.entries(data).filter(([key]) => Object.hasOwn(given, key)))
  const faults = error.issues.map(({ path: [key = '', ...rest], message }) => {
    return `${[flags[String(key)] ?? key, ...rest].join('.')}: ${message}`
  })
  throw new SluiceError('invalid-input', faults.join('; '))
}

/** Which flags a setting comes from. */
const flags: Record<string, string> = { stages: '--stages or --soak', alpha: '--alpha', flagMargin: '--flag-margin' }
