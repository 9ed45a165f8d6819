import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { loadYaml } from '../../core/suite/yaml/load-yaml.ts'
import { exitCodes } from '../../exit-codes.ts'
import type { FeatureReview, SuiteReview } from '../../records/report/suite-review.ts'
import { type LineDates, lineDates } from '../git/line-dates.ts'
import { casesWithRubric, itemsOfCases } from '../labels/rubric-items.ts'
import { labelDates, reviewAge } from './age.ts'
import { reviewTags, reviewWeights } from './balance.ts'
import { reviewDuplicates, reviewNearDuplicates } from './duplicates.ts'
import { reviewHoldout } from './holdout.ts'
import { reviewChecks } from './idle-checks.ts'
import { keptScoresOf } from './kept-scores.ts'
import { reviewLeaks } from './leaks.ts'
import { reviewOverlap } from './overlap.ts'
import { type ReviewedSuite, reviewedSuites } from './reviewed-suite.ts'
import { reviewSaturation } from './saturation.ts'
import { reviewClusters } from './undeclared-clusters.ts'

export interface ReviewSurroundings {
  env: NodeJS.ProcessEnv
  /** Ms since the epoch. */
  now: number
}

/** Looks at every suite of a feature from every side. No model is called, and no code of the project is run. */
export async function reviewFeature(
  prompt: Prompt,
  project: LoadedProject,
  { env, now }: ReviewSurroundings,
): Promise<FeatureReview> {
  const suites = await reviewedSuites(prompt, project)
  const { root } = project.config
  const dates = new Map<ReviewedSuite, LineDates | undefined>()
  for (const suite of suites) dates.set(suite, await lineDates(root, suite.file, env).catch(() => undefined))
  const { source } = await loadYaml(project.files, prompt.file)
  const labels = await labelDates(project.files, prompt.feature)
  const itemsOf = itemsOfCases(await casesWithRubric(project.files, prompt, root), root)
  const areas = [
    reviewSaturation(suites, await keptScoresOf(root, prompt.feature)),
    reviewDuplicates(suites),
    reviewNearDuplicates(suites),
    reviewTags(suites),
    reviewWeights(suites),
    reviewClusters(suites),
    reviewLeaks(suites, prompt),
    await reviewChecks(suites, prompt, { source, deps: {} }),
    reviewOverlap(suites),
    reviewHoldout(suites),
    reviewAge(suites, { now, datesOf: (suite) => dates.get(suite), labels, itemsOf }),
  ]
  const sizes = suites.map(({ name, file, cases }) => {
    return { name, file, cases: cases.length, holdout: cases.filter(({ holdout }) => holdout).length }
  })
  return { feature: prompt.feature, suites: sizes, areas, fixed: [], left: [] }
}

/** The reviews as one document: 0 where nothing was found and everything looked at, 1 with findings, else 2. */
export function reviewDocument(features: readonly FeatureReview[]): SuiteReview {
  const areas = features.flatMap((feature) => feature.areas)
  const findings = areas.reduce((sum, area) => sum + area.findings.length, 0)
  const isComplete = areas.every(({ state }) => state === 'looked')
  const exitCode = findings > 0 ? exitCodes.fail : isComplete ? exitCodes.pass : exitCodes.inconclusive
  return { schema: 'sluice.suite-review/1', features: [...features], findings, exitCode }
}
