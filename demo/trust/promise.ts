import { loadProject, strictProject } from '../../packages/sluice/src/core/suite/project/project.ts'
import { diskFiles } from '../../packages/sluice/src/core/suite/project-files.ts'
import { casesOf } from '../../packages/sluice/src/core/suite/prompt/suites.ts'
import { settingsOf } from '../../packages/sluice/src/gate/judge-versions.ts'
import { policyOf } from '../../packages/sluice/src/gate/run-gate.ts'
import type { FeatureReport } from '../../packages/sluice/src/records/report/feature-report.ts'
import { clopperPearson, type Random, seededRandom } from '../../packages/sluice/src/stats/index.ts'
import { type SimulatedCase, simulateRun } from '../../packages/sluice/test/support/simulated-gate/simulated-gate.ts'
import type { Stage } from '../stage.ts'

/** How a drop comes: each answer loses the same, or few answers lose all of their score. */
type Drop = { size: number; comes: 'evenly' | 'in few answers' }

export interface FoundShare {
  found: number
  runs: number
  share: number
  /** The exact interval at 95 %. */
  low: number
  high: number
}

/**
 * How often the gate's own decision finds a drop, in runs on the measured suite: its cases with their weights, tags and
 * clusters, and scores that are drawn from those that each case was given.
 */
export async function foundShare(
  stage: Stage,
  { cases, suite: name }: { cases: FeatureReport['cases']; suite: string },
  drop: Drop,
  runs: number,
): Promise<FoundShare> {
  const files = diskFiles(stage.folder)
  const { prompts, config } = strictProject(await loadProject({ root: stage.folder, files }))
  const [prompt] = prompts
  if (!prompt) throw new Error('the project has no prompt')
  const policy = policyOf(settingsOf(config.gate, prompt.gate, {}))
  const random = seededRandom(1)
  const scores = new Map(cases.map(({ id, score, answers }) => [id, scoresOf(answers, score)]))
  const suite: SimulatedCase[] = []
  for await (const { id, weight, tags, cluster } of casesOf(files, prompt, name, { root: stage.folder })) {
    const draw = drawFrom(scores.get(id) ?? [], random)
    suite.push({ weight, tags, ...(cluster !== undefined && { cluster }), baseline: draw, candidate: draw })
  }
  const mean = weightedMean(cases)
  const worse = suite.map((each) => ({ ...each, candidate: lowered(each.candidate, drop, mean, random) }))
  let found = 0
  for (let run = 0; run < runs; run += 1)
    if (simulateRun(worse, policy).decision.comparison?.verdict === 'fail') found += 1
  return { found, runs, share: found / runs, ...clopperPearson(found, runs) }
}

/** A report lists the answers to a case only where one of them lacks something. */
function scoresOf(answers: FeatureReport['cases'][number]['answers'], mean: number | null): number[] {
  const listed = (answers ?? []).flatMap(({ score }) => score ?? [])
  return listed.length > 0 ? listed : mean === null ? [] : [mean]
}

/**
 * One of the scores. Draws from few scores vary less than the scores themselves are estimated to, by the factor
 * (n - 1) / n, so each is moved away from the mean of the case by the root of its inverse.
 */
function drawFrom(scores: readonly number[], random: Random): () => number {
  const n = scores.length
  if (n === 0) throw new Error('a case has no score')
  const mean = scores.reduce((sum, score) => sum + score, 0) / n
  const stretch = n > 1 ? Math.sqrt(n / (n - 1)) : 1
  return () => mean + stretch * ((scores[Math.floor(random.uniform() * n)] ?? mean) - mean)
}

function lowered(draw: () => number, { size, comes }: Drop, mean: number, random: Random): () => number {
  if (comes === 'evenly') return () => draw() - size
  return () => (random.uniform() < size / mean ? 0 : draw())
}

function weightedMean(cases: FeatureReport['cases']): number {
  const total = cases.reduce((sum, { weight }) => sum + weight, 0)
  return cases.reduce((sum, { weight, score }) => sum + weight * (score ?? 0), 0) / total
}
