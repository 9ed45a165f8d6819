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
import type { Case } from '../core/suite/cases/case.ts'
import { holds } from '../core/suite/cases/quarantine.ts'
import { defaultGateSettings } from '../core/suite/config/gate-settings.ts'
import { InvalidFilesError } from '../core/suite/diagnostics/diagnostic.ts'
import type { LoadedProject } from '../core/suite/project/project.ts'
import { selectFeature } from '../core/suite/project/select-feature.ts'
import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite, requireSuites } from '../core/suite/prompt/suites.ts'
import { exitCodes } from '../exit-codes.ts'
import { type LabelledFeature, readLabelledFeature } from '../gate/calibration/labelled-feature.ts'
import { settingsOf } from '../gate/judge-versions.ts'
import { labelFilesOf } from '../gate/labels/label-files.ts'
import { gatePlanSvg } from '../gate/plan/gate-plan-svg.ts'
import { gatePlanText } from '../gate/plan/gate-plan-text.ts'
import { planPower } from '../gate/plan/plan-power.ts'
import { readReport } from '../gate/report/report-file.ts'
import { power } from '../gate/verdict/detectable-drop.ts'
import type { FeaturePlan, GatePowerPlan } from '../records/report/gate-plan.ts'
import { utcDay } from '../text/format.ts'
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
  const unjudged = isPlannedJudged(known, request)
    ? null
    : unjudgedText({ isStored: known.live.store, weight: settings.signals.score, advance: settings.advance })
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
  const features: FeaturePlan[] = []
  if (feature === undefined && options.assumeSd !== undefined && options.cases !== undefined) {
    const none = { cases: [], quarantined: [], heldOut: 0 }
    const nowhere = { feature: null, suite: null, ...none, settings: defaultGateSettings, version: null }
    features.push(await planPower(nowhere, options, undefined))
  } else {
    const project =
      feature === undefined
        ? await openProject(host, (prompt, each) => each === chooseSuite(prompt, suite))
        : await openFeature(feature, suite, host)
    const prompts = feature === undefined ? project.prompts : [selectFeature(project.prompts, feature)]
    requireSuites(prompts, suite)
    const database = openProjectDatabase(project.config.root)
    try {
      for (const prompt of prompts) {
        const name = chooseSuite(prompt, suite)
        const { root } = project.config
        const planned = {
          feature: prompt.feature,
          suite: name,
          ...partsOf(await Array.fromAsync(casesOf(project.files, prompt, name, { root })), {
            // A suite that is asked for by another name than that of pull requests has its held out cases.
            withHoldout: name !== chooseSuite(prompt, undefined),
          }),
          settings: settingsOf(project.config.gate, prompt.gate, {}),
          version: prompt.id,
          labelled: await labelsOf(prompt, project, host),
        }
        features.push(await planPower(planned, options, { root, database }))
      }
    } finally {
      database.close()
    }
  }
  const plan: GatePowerPlan = { schema: 'sluice.gate-plan/1', power, features }
  const [first] = features
  if (svg !== undefined && first) await writeOutput(path.resolve(host.cwd(), svg), gatePlanSvg(first))
  host.stdout.write(json ? `${JSON.stringify(plan, undefined, 2)}\n` : gatePlanText(plan, host.stdout.columns ?? 100))
  return features.every(({ message }) => message === null) ? exitCodes.pass : exitCodes.inconclusive
}

/** The cases of a suite by their part in a verdict of today. */
function partsOf(all: readonly Case[], { withHoldout }: { withHoldout: boolean }) {
  const today = utcDay(Date.now())
  const asked = withHoldout ? all : all.filter(({ holdout }) => holdout !== true)
  const isQuarantined = ({ quarantine }: Case) => quarantine !== undefined && holds(quarantine, today)
  return {
    cases: asked.filter((each) => !isQuarantined(each)),
    quarantined: asked.filter(isQuarantined),
    heldOut: all.length - asked.length,
  }
}

/**
 * The labels of a feature; undefined where nobody labelled, or where they cannot be read: the plan is made without
 * them.
 */
async function labelsOf(
  prompt: Prompt,
  { files, config }: LoadedProject,
  { stderr }: Pick<Host, 'stderr'>,
): Promise<LabelledFeature | undefined> {
  const { labels } = labelFilesOf(prompt.feature)
  if ((await files.list(labels)).length === 0) return undefined
  return readLabelledFeature(files, prompt, config.root).catch((error: unknown) => {
    if (!(error instanceof InvalidFilesError)) throw error
    stderr.write(`The plan is made without the labels, which cannot be read: ${error.message}\n`)
    return undefined
  })
}
