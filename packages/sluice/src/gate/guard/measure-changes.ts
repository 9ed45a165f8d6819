import type { Case } from '../../core/suite/cases/case.ts'
import type { Config } from '../../core/suite/config/config.ts'
import { judgeMembers } from '../../core/suite/config/judge-settings.ts'
import { largestRates, safetyTag } from '../../core/suite/config/safety-settings.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { SluiceError } from '../../errors.ts'
import type { MeasureChange } from '../../records/report/report.ts'
import { formatAmount } from '../../text/format.ts'
import { measureChange } from '../report/measure-change.ts'
import { featureChanges } from './feature-changes.ts'
import { labelChanges } from './label-changes.ts'
import { projectChanges } from './project-changes.ts'
import { type SuiteMeasure, suiteChanges, suiteMeasure } from './suite-changes.ts'

/** What judges the features of a commit, or of the working tree. */
export interface ProjectMeasure {
  config: Config
  prompts: readonly Prompt[]
  /** The cases of one of a prompt's suites, or its inline ones. Ends with an error where they cannot be read. */
  cases(prompt: Prompt, suite: string): AsyncIterable<Case>
  /** Where the labels are. */
  files: ProjectFiles
}

export interface MeasureComparison {
  base: ProjectMeasure
  now: ProjectMeasure
  /** The prompt of the base that a feature of now goes back to; undefined for a new feature. */
  origin(now: Prompt): Prompt | undefined
  /** Which suite the gate judges. */
  chosen(prompt: Prompt): string
  /** Whether the file of a suite is surely as it was, so that it need not be read. */
  unchanged(now: Prompt, suite: string): boolean
  /** The files of a feature's checks, and of what they import, that are not as they were. */
  changedCode(now: Prompt): readonly string[]
}

/** Everything by which the working tree is measured differently than the base commit measures, the project first. */
export async function measureChanges(comparison: MeasureComparison): Promise<MeasureChange[]> {
  const { base, now, origin } = comparison
  const judges = judgeMembers(base.config.judge).map(({ model }) => model)
  const models = [...judges, ...base.prompts.map(({ model }) => model)]
  const changes = projectChanges(base.config, now.config, models)
  const continued = new Set<Prompt>()
  for (const prompt of now.prompts) {
    const before = origin(prompt)
    if (!before) continue
    continued.add(before)
    const [was, is] = [
      { prompt: before, config: base.config },
      { prompt, config: now.config },
    ]
    changes.push(...featureChanges(was, is), ...codeChanges(prompt, comparison))
    changes.push(...(await suitesChanges(before, prompt, comparison)))
    changes.push(...(await labelChanges(base.files, now.files, prompt.feature)))
  }
  const gone = base.prompts.filter((prompt) => !continued.has(prompt))
  return [...gone.map(({ feature }) => featureGone(feature)), ...changes]
}

function featureGone(feature: string): MeasureChange {
  return measureChange({ kind: 'feature', what: 'the gate', before: 'gated', after: 'no longer gated', feature })
}

/** Checks that stand as they did, but whose code is another. */
function codeChanges(now: Prompt, { changedCode }: MeasureComparison): MeasureChange[] {
  return changedCode(now).map((file) => {
    const parts = { what: `code of checks: ${file}`, before: 'as in the base commit', after: 'changed' }
    return measureChange({ kind: 'check', ...parts, feature: now.feature })
  })
}

async function suitesChanges(before: Prompt, now: Prompt, comparison: MeasureComparison): Promise<MeasureChange[]> {
  const { feature } = now
  const { chosen } = comparison
  const pairs = suitePairs(before, now, comparison)
  const changes: MeasureChange[] = []
  for (const name of Object.keys(before.suites)) {
    if (pairs.some(([was]) => was === name)) continue
    changes.push(
      measureChange({
        kind: 'suite',
        what: `suite ${name}`,
        before: before.suites[name] ?? null,
        after: null,
        feature,
      }),
    )
  }
  if (chosen(before) !== chosen(now)) {
    changes.push(
      measureChange({
        kind: 'suite',
        what: 'suite that the gate judges',
        before: chosen(before),
        after: chosen(now),
        feature,
      }),
    )
  }
  for (const [was, is] of pairs) {
    const found = await contentChanges(before, now, { was, is }, comparison)
    changes.push(...found.map((change) => ({ ...change, feature })))
  }
  return changes
}

/** Which suite is compared with which: those of one name, and those that the gate judges. */
function suitePairs(before: Prompt, now: Prompt, { chosen }: MeasureComparison): [was: string, is: string][] {
  const same = Object.keys(before.suites).filter((name) => Object.hasOwn(now.suites, name))
  const pairs = same.map((name): [string, string] => [name, name])
  const judged: [string, string] = [chosen(before), chosen(now)]
  return pairs.some(([was, is]) => was === judged[0] && is === judged[1]) ? pairs : [...pairs, judged]
}

async function contentChanges(
  before: Prompt,
  now: Prompt,
  { was, is }: { was: string; is: string },
  { base, now: present, unchanged }: MeasureComparison,
): Promise<MeasureChange[]> {
  const [from, to] = [before.suites[was], now.suites[is]]
  if (hasNoCases(before) && hasNoCases(now)) return []
  if (from !== undefined && from === to && unchanged(now, is)) return []
  const name = was === is ? is : `${is} (was ${was})`
  const [first, second] = await Promise.all([readSuite(base, before, was), readSuite(present, now, is)])
  if (typeof first !== 'string' && typeof second !== 'string') {
    const bounds = largestRates(now.gate.safety ?? present.config.gate.safety)
    return suiteChanges(first, second, name, [safetyTag, ...Object.keys(bounds)])
  }
  const shown = (suite: SuiteMeasure | string) =>
    typeof suite === 'string' ? `cannot be read: ${suite}` : formatAmount(suite.size, 'case')
  return [measureChange({ kind: 'suite', what: `suite ${name}`, before: shown(first), after: shown(second) })]
}

function hasNoCases({ suites, inlineCases }: Prompt): boolean {
  return Object.keys(suites).length + inlineCases.length === 0
}

/** The suite, or why it cannot be read. */
async function readSuite(
  { cases, config }: ProjectMeasure,
  prompt: Prompt,
  suite: string,
): Promise<SuiteMeasure | string> {
  try {
    return await suiteMeasure(cases(prompt, suite), config.root)
  } catch (error) {
    // A file that is not there, or that nobody may read, has a code of the system.
    if (!(error instanceof SluiceError || (error instanceof Error && 'code' in error))) throw error
    return error.message.split('\n')[0] ?? ''
  }
}
