import type { Case } from '../../core/suite/cases/case.ts'
import { holds } from '../../core/suite/cases/quarantine.ts'
import { defaultGateSettings } from '../../core/suite/config/gate-settings.ts'
import { InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite, leavesOutHoldout } from '../../core/suite/prompt/suites.ts'
import type { FeaturePlan } from '../../records/report/gate-plan.ts'
import { utcDay } from '../../text/format.ts'
import { type LabelledFeature, readLabelledFeature } from '../calibration/labelled-feature.ts'
import { settingsOf } from '../judge-versions.ts'
import { labelFilesOf } from '../labels/label-files.ts'
import { type KeptResults, type PowerPlanOptions, planPower } from './plan-power.ts'

/** What is asked of a suite, and where it stands. */
export interface FeaturePlanRequest {
  project: LoadedProject
  /** The suite that was asked for; undefined: that of pull requests. */
  suite: string | undefined
  options: PowerPlanOptions
  kept: KeptResults
  /** ms since the epoch */
  now: number
  /** Takes what the plan is made without. */
  warn(message: string): void
}

/** What the gate of a feature's suite can see, and what more would cost. */
export async function planFeature(
  prompt: Prompt,
  { project, suite, options, kept, now, warn }: FeaturePlanRequest,
): Promise<FeaturePlan> {
  const { files, config } = project
  const name = chooseSuite(prompt, suite)
  const all = await Array.fromAsync(casesOf(files, prompt, name, { root: config.root }))
  const planned = {
    ...{ feature: prompt.feature, suite: name, version: prompt.id },
    ...partsOf(all, { withHoldout: !leavesOutHoldout(prompt, name), today: utcDay(now) }),
    settings: settingsOf(config.gate, prompt.gate, {}),
    labelled: await labelsOf(prompt, project, warn),
  }
  return planPower(planned, options, kept)
}

/** Plans for so many cases of a feature that does not exist yet. */
export function planWithoutProject(options: PowerPlanOptions): Promise<FeaturePlan> {
  const none = { cases: [], quarantined: [], heldOut: 0 }
  const nowhere = { feature: null, suite: null, ...none, settings: defaultGateSettings, version: null }
  return planPower(nowhere, options, undefined)
}

/** The cases of a suite by their part in a verdict of today. */
function partsOf(all: readonly Case[], { withHoldout, today }: { withHoldout: boolean; today: string }) {
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
  warn: (message: string) => void,
): Promise<LabelledFeature | undefined> {
  const { labels } = labelFilesOf(prompt.feature)
  if ((await files.list(labels)).length === 0) return undefined
  return readLabelledFeature(files, prompt, config.root).catch((error: unknown) => {
    if (!(error instanceof InvalidFilesError)) throw error
    warn(`The plan is made without the labels, which cannot be read: ${error.message}`)
    return undefined
  })
}
