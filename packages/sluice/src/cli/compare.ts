import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { steadyNow } from '../core/providers/clock.ts'
import { selectFeature } from '../core/suite/project/select-feature.ts'
import { requireSuites } from '../core/suite/prompt/suites.ts'
import { requireJudgeable } from '../core/suite/prompt/unjudgeable.ts'
import { SluiceError } from '../errors.ts'
import { compareResults } from '../gate/compare-results.ts'
import { compareScores } from '../gate/compare-scores.ts'
import { compareVersions, type VersionPlaces, versionsAt } from '../gate/compare-versions.ts'
import { openGit } from '../gate/git/git.ts'
import { once } from '../gate/git/once.ts'
import { present } from '../gate/report/present.ts'
import { type FinishedRun, reportOfRun } from '../gate/report/report-of-run.ts'
import { resultsFormats } from '../gate/results/results-formats.ts'
import { defaultBase, findNewDestinations } from '../gate/secrets/secret-destinations.ts'
import { commaSeparated, number, oneOf, readFlags, sessionFlags, text, verdictFlags } from './flags.ts'
import type { Host } from './host.ts'
import { openFeature } from './session/open-project.ts'
import { withSession } from './session/with-session.ts'

const compareFlags = {
  ...sessionFlags,
  ...verdictFlags,
  candidate: text.optional(),
  baseline: text.optional(),
  candidateScores: text.optional(),
  baselineScores: text.optional(),
  format: oneOf(resultsFormats).optional(),
  metric: text.min(1).optional(),
  cluster: text.min(1).optional(),
  scale: commaSeparated(number)
    .refine(([worst, best, ...more]) => best !== undefined && worst !== best && more.length === 0, {
      error: 'expected the worst and the best score, such as 1,5',
    })
    .transform(([worst = 0, best = 1]) => ({ worst, best }))
    .optional(),
}

type CompareFlags = z.output<z.ZodObject<typeof compareFlags>>

/**
 * `sluice compare`: two versions of a feature, two results files of another tool, or two files of scores, judged on
 * their difference alone.
 */
export async function compare(
  feature: string | undefined,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const flags = readFlags('compare', compareFlags, given)
  const { candidate, baseline, candidateScores, baselineScores, format, metric, scale, cluster } = flags
  const options = { format, metric, scale, cluster }
  const optional = Object.entries(options).find(([, value]) => value !== undefined)
  if (candidateScores !== undefined || baselineScores !== undefined) {
    if (candidateScores === undefined || baselineScores === undefined)
      throw usage('--candidate-scores and --baseline-scores go together')
    if (feature !== undefined || candidate !== undefined || baseline !== undefined)
      throw usage('files of scores are compared by themselves: leave out the feature, --candidate and --baseline')
    if (optional) throw usage(`--${optional[0]} is for results files of other tools, not for files of scores`)
    return judge(() => compareScores({ candidateScores, baselineScores }, flags, host.cwd()), flags, host)
  }
  if (feature !== undefined) {
    if (optional) throw usage(`--${optional[0]} is for results files of other tools: leave out the feature`)
    if (baseline === undefined) throw usage('give a feature and --baseline')
    return ofVersions(feature, { ...flags, baseline }, host)
  }
  if (candidate === undefined || baseline === undefined)
    throw usage('give a feature and --baseline, two results files, or two files of scores')
  return judge(() => compareResults({ candidate, baseline }, { ...options, flags }, host.cwd()), flags, host)
}

/** Judges scores that were measured elsewhere, and shows the verdict. */
async function judge(run: () => Promise<FinishedRun>, flags: CompareFlags, host: Host): Promise<number> {
  const startedAt = steadyNow()
  const { conclusion, casesOf } = await run()
  const report = reportOfRun({ runId: randomUUID(), startedAt, command: 'compare' }, conclusion)
  await present(report, casesOf, flags, host)
  return report.exitCode
}

async function ofVersions(feature: string, flags: CompareFlags & VersionPlaces, host: Host): Promise<number> {
  const project = await openFeature(feature, flags.suite, host)
  const current = selectFeature(project.prompts, feature)
  requireJudgeable(current)
  requireSuites([current], flags.suite)
  const { env } = host
  const openOnce = once((root: string) => openGit(root, env))
  const open = () => openOnce(project.config.root)
  const versions = await versionsAt(flags, current, project, { cwd: () => host.cwd(), env, openGit: open })
  const findings = findNewDestinations(project, await defaultBase(project, host, open), flags, host)
  const { conclusion } = await withSession({ command: 'compare', project, flags }, host, (context) =>
    compareVersions(versions, { ...flags, findings }, context),
  )
  return conclusion.exitCode
}

function usage(problem: string): SluiceError {
  return new SluiceError(
    'invalid-input',
    `sluice compare: ${problem}.
  sluice compare <feature> --candidate <ref or file> --baseline <ref or file>
  sluice compare --candidate results-a.json --baseline results-b.json
  sluice compare --candidate-scores a.jsonl --baseline-scores b.jsonl`,
  )
}
