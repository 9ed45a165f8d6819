import type { LoadedProject } from '../../core/suite/project/project.ts'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { applyFixes } from '../../gate/suite-review/fix-suite.ts'
import { reviewDocument, reviewFeature } from '../../gate/suite-review/review-suite.ts'
import { reviewText } from '../../gate/suite-review/review-text.ts'
import type { FeatureReview } from '../../records/report/suite-review.ts'
import { readFlags, set } from '../flags.ts'
import type { Host } from '../host.ts'
import { openProject } from '../session/open-project.ts'

const reviewFlags = { fix: set.optional(), json: set.optional() }

/**
 * `sluice suite review [feature]`: is the suite good enough? No model is called. Exit 0, 1 with findings, 2 if unknown.
 */
export async function reviewSuiteCommand(
  name: string | undefined,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const { fix = false, json = false } = readFlags('suite review', reviewFlags, given)
  const open = () => openProject(host, (prompt) => name === undefined || prompt.feature === name)
  const chosenOf = ({ prompts }: LoadedProject) => (name === undefined ? prompts : [selectFeature(prompts, name)])
  const before = await open()
  const fixes = fix ? await applyFixes(chosenOf(before), before) : []
  const project = fix ? await open() : before
  const features: FeatureReview[] = []
  for (const prompt of chosenOf(project)) {
    const review = await reviewFeature(prompt, project, { env: host.env, now: Date.now() })
    features.push({ ...review, ...fixes.find(({ feature }) => feature === prompt.feature) })
  }
  const review = reviewDocument(features)
  const text = () => features.map((feature) => reviewText(feature, host.stdout.columns)).join('\n')
  host.stdout.write(json ? `${JSON.stringify(review, undefined, 2)}\n` : text())
  return review.exitCode
}
