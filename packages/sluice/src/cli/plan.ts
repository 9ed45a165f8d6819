import path from 'node:path'
import { planCanary } from '../control/plan/plan-canary.ts'
import {
  anyFeature,
  isPlannedJudged,
  measuredIn,
  requestedSettings,
  requestedTraffic,
} from '../control/plan/plan-request.ts'
import { planSvg } from '../control/plan/plan-svg.ts'
import { planText } from '../control/plan/plan-text.ts'
import { unjudgedText } from '../control/words/end-forecast-text.ts'
import { openProjectDatabase } from '../core/answers/project-database.ts'
import { selectFeature } from '../core/suite/project/select-feature.ts'
import { chooseSuite, requireSuites } from '../core/suite/prompt/suites.ts'
import { exitCodes } from '../exit-codes.ts'
import { gatePlanSvg } from '../gate/plan/gate-plan-svg.ts'
import { gatePlanText } from '../gate/plan/gate-plan-text.ts'
import { type FeaturePlanRequest, planFeature, planWithoutProject } from '../gate/plan/plan-feature.ts'
import { readReport } from '../gate/report/report-file.ts'
import { power } from '../gate/verdict/detectable-drop.ts'
import type { FeaturePlan, GatePowerPlan } from '../records/report/gate-plan.ts'
import { commaSeparated, percent, positive, properShare, readFlags, set, text, wholeNumber } from './flags.ts'
import type { Host } from './host.ts'
import { openFeature, openProject } from './session/open-project.ts'
import { writeOutput } from './session/write-output.ts'

const planFlags = {
  requestsPerDay: positive,
  users: positive.optional(),
  usersPerDay: positive.optional(),
  stages: commaSeparated(percent).optional(),
  soak: commaSeparated(text).optional(),
  judgePercent: percent.optional(),
  judgeUsd: positive.optional(),
  errorRate: properShare,
  scoreSd: properShare.optional(),
  fromReport: text.optional(),
  alpha: properShare.optional(),
  flagMargin: properShare.optional(),
  svg: text.optional(),
  json: set.optional(),
}

/** `sluice plan canary`: what a canary on this traffic can detect. No model is called. Exit 0. */
export async function planCanaryCommand(
  feature: string | undefined,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const { fromReport, svg, json, ...request } = readFlags('plan canary', planFlags, given)
  const known =
    feature === undefined ? anyFeature : selectFeature((await openProject(host, () => false)).prompts, feature)
  const measured =
    fromReport === undefined
      ? undefined
      : measuredIn(await readReport(path.resolve(host.cwd(), fromReport)), feature, fromReport)
  const settings = requestedSettings(known, request)
  const plan = planCanary(requestedTraffic(request, known, measured), settings)
  if (svg !== undefined) await writeOutput(path.resolve(host.cwd(), svg), planSvg(plan))
  const unjudged = isPlannedJudged(known, request) ? null : unjudgedText(known.live.store, settings)
  host.stdout.write(json ? `${JSON.stringify(plan, undefined, 2)}\n` : planText(plan, host.stdout.columns, unjudged))
  return 0
}

const gateFlags = {
  suite: text.optional(),
  drop: properShare.optional(),
  cases: wholeNumber.optional(),
  assumeSd: properShare.optional(),
  assumeSdBetween: properShare.optional(),
  concurrency: wholeNumber,
  svg: text.optional(),
  json: set.optional(),
}

/**
 * `sluice plan gate`: what the gate of a suite can see, and what more would cost. No model is called. Exit 0, 2 without
 * a plan.
 */
export async function planGateCommand(
  feature: string | undefined,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const { svg, json, suite, ...options } = readFlags('plan gate', gateFlags, given)
  const features =
    feature === undefined && options.assumeSd !== undefined && options.cases !== undefined
      ? [await planWithoutProject(options)]
      : await planFeatures(feature, { suite, options }, host)
  const plan: GatePowerPlan = { schema: 'sluice.gate-plan/1', power, features }
  const [first] = features
  if (svg !== undefined && first) await writeOutput(path.resolve(host.cwd(), svg), gatePlanSvg(first))
  host.stdout.write(json ? `${JSON.stringify(plan, undefined, 2)}\n` : gatePlanText(plan, host.stdout.columns ?? 100))
  return features.every(({ message }) => message === null) ? exitCodes.pass : exitCodes.inconclusive
}

async function planFeatures(
  feature: string | undefined,
  asked: Pick<FeaturePlanRequest, 'suite' | 'options'>,
  host: Host,
): Promise<FeaturePlan[]> {
  const { suite } = asked
  const project =
    feature === undefined
      ? await openProject(host, (prompt, each) => each === chooseSuite(prompt, suite))
      : await openFeature(feature, suite, host)
  const prompts = feature === undefined ? project.prompts : [selectFeature(project.prompts, feature)]
  requireSuites(prompts, suite)
  const { root } = project.config
  const database = openProjectDatabase(root)
  const warn = (message: string) => void host.stderr.write(`${message}\n`)
  const request = { ...asked, project, kept: { root, database }, now: Date.now(), warn }
  const features: FeaturePlan[] = []
  try {
    for (const prompt of prompts) features.push(await planFeature(prompt, request))
  } finally {
    database.close()
  }
  return features
}
