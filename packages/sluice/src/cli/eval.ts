import { SluiceError } from '../errors.ts'
import { summarize } from '../report/summarize.ts'
import { coverageOf, coveredShare } from '../run/coverage.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import type { Prompt } from '../suite/prompt.ts'
import { requireJudgeable } from '../suite/unjudgeable.ts'
import { chooseSuite, requireSuites } from './choose-suite.ts'
import type { Host } from './host.ts'
import { casesOfRuns, measuredOf } from './measured.ts'
import { openProject } from './open-project.ts'
import { present } from './present.ts'
import { proveRun } from './prove-run.ts'
import { reportHead } from './report-head.ts'
import { reproduction } from './reproduction.ts'
import { showProgress } from './run-progress.ts'
import { type DestinationOptions, defaultBase, findNewDestinations } from './secret-destinations.ts'
import { selectFeature } from './select-feature.ts'
import { openSession } from './session.ts'
import { modelsOf, startRun } from './start-run.ts'

interface EvalOptions extends DestinationOptions {
  suite?: string
  tag?: string[]
  repeats: number
  concurrency: number
  maxWait?: string
  budgetUsd?: number
  reportDir?: string
  json?: boolean
}

/** `sluice eval <feature>`: scores one version. Exit 0 unless something could not be scored. */
export async function evaluateFeature(name: string, options: EvalOptions, host: Host): Promise<number> {
  // Suites of other features play no part, whatever is wrong with them.
  const chosen = (prompt: Prompt, suite: string) =>
    prompt.feature === name && suite === chooseSuite(prompt, options.suite)
  const project = await openProject(host, chosen)
  const candidate = selectFeature(project.prompts, name)
  requireJudgeable(candidate)
  requireSuites([candidate], options.suite)
  const settings = { ...project.config.gate, ...candidate.gate }
  const findings = findNewDestinations(project, await defaultBase(project, host), options, host)
  const session = openSession(project, { command: 'eval', ...options }, host)
  const progress = showProgress(session, host)
  try {
    const request = { candidate, suite: chooseSuite(candidate, options.suite), tags: options.tag, progress }
    await session.requirePrices(modelsOf(request, project))
    const run = startRun(request, project, session, host)
    progress.label(name)
    await run.score(options.repeats)
    progress.stop()
    requireCases(run, options.tag)
    const exitCode = exitCodeOf(run)
    const feature = summarize(measuredOf(run, session.results, null, []), settings)
    const report = {
      ...reportHead({
        ...session,
        command: 'eval',
        reproduce: reproduction(['eval', name], {
          '--suite': options.suite,
          '--tag': options.tag,
          '--repeats': options.repeats > 1 ? options.repeats : undefined,
        }),
        git: null,
        run: proveRun([run]),
        findings,
      }),
      verdict: null,
      exitCode,
      notes: [],
      features: [feature],
    }
    await present(report, casesOfRuns([run], session.results, project.config.gate), options, host)
    return exitCode
  } finally {
    progress.stop()
    session.close()
  }
}

function requireCases(run: FeatureRun, tags: string[] | undefined): void {
  if (run.table.cases.length > 0) return
  throw new SluiceError('invalid-input', `no case has the tag ${tags?.join(' or ')}: nothing was evaluated`)
}

/** 0 when every case has a score, 2 when some have none, 4 when not one has or the budget ended first. */
function exitCodeOf({ table, observations }: FeatureRun): number {
  const share = coveredShare(coverageOf(table.cases, 'candidate'))
  if (!share || observations.budgetStops > 0) return 4
  return observations.unscoredRepeats === 0 ? 0 : 2
}
