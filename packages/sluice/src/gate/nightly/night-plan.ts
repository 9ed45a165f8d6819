import type { GateSettings } from '../../core/suite/config/config.ts'
import type { NightlySettings } from '../../core/suite/config/nightly-settings.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../../core/suite/prompt/suites.ts'
import { type PolicyFlags, settingsOf } from '../judge-versions.ts'
import { limitRounds, recordedRepeats } from '../recorded-repeats.ts'
import type { RunSession } from '../run/session.ts'
import { modelsOf } from '../run/start-run.ts'
import { policyOf } from '../run-gate.ts'
import type { GatePolicy } from '../verdict/policy.ts'

/** Lower than the gate's 0.85: a night has no change under test, and false alarms would make its alarms ignored. */
const defaultThreshold = 0.82
const defaultSuite = 'full'

/** What a night asks about one feature, and the policy that judges it. */
export interface NightPlan {
  suite: string
  /** Answers per case. */
  repeats: number
  settings: GateSettings
  policy: GatePolicy
}

/** The suite of a night: the one asked for, else `full`, else the one that a pull request runs. */
export function nightSuite(prompt: Prompt, asked: string | undefined, nightly: NightlySettings = {}): string {
  if (asked !== undefined) return asked
  const wanted = nightly.suite ?? defaultSuite
  return Object.hasOwn(prompt.suites, wanted) ? wanted : chooseSuite(prompt, undefined)
}

/** Plans a night: one round over all cases, with critical cases asked as often as in the gate. Nothing is asked yet. */
export async function planNight(
  prompt: Prompt,
  options: { suite: string | undefined; flags: PolicyFlags },
  { project, session }: { project: LoadedProject; session: RunSession },
): Promise<NightPlan> {
  const { config, files } = project
  const suite = nightSuite(prompt, options.suite, config.nightly)
  const repeats = config.nightly?.repeats ?? 1
  const asked = settingsOf(config.gate, prompt.gate, options.flags)
  const threshold = options.flags.threshold ?? config.nightly?.threshold ?? Math.min(asked.threshold, defaultThreshold)
  const settings = { ...asked, threshold }
  const models = modelsOf({ candidate: prompt }, project)
  await session.requirePrices(models)
  const gatePolicy = policyOf(settings)
  const criticalRepeats = Math.max(repeats, gatePolicy.criticalRepeats, ...gatePolicy.looks)
  const recorded = await recordedRepeats(
    models,
    casesOf(files, prompt, suite, { root: config.root }),
    session.providers,
  )
  return {
    suite,
    repeats,
    settings,
    policy: limitRounds({ ...gatePolicy, looks: [repeats], criticalRepeats }, recorded),
  }
}
