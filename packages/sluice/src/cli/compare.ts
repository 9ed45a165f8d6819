import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { steadyNow } from '../core/providers/clock.ts'
import { selectFeature } from '../core/suite/project/select-feature.ts'
import { requireSuites } from '../core/suite/prompt/suites.ts'
import { requireJudgeable } from '../core/suite/prompt/unjudgeable.ts'
import { SluiceError } from '../errors.ts'
import { compareScores, type ScoreFiles } from '../gate/compare-scores.ts'
import { compareVersions, type VersionPlaces, versionsAt } from '../gate/compare-versions.ts'
import { present } from '../gate/report/present.ts'
import { reportOfRun } from '../gate/report/report-of-run.ts'
import { defaultBase, findNewDestinations } from '../gate/secrets/secret-destinations.ts'
import { readFlags, sessionFlags, text, verdictFlags } from './flags.ts'
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
}

type CompareFlags = z.output<z.ZodObject<typeof compareFlags>>

/** `sluice compare`: two versions of a feature, or two files of scores, judged on their difference alone. */
export async function compare(
  feature: string | undefined,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const flags = readFlags('compare', compareFlags, given)
  const { candidate, baseline, candidateScores, baselineScores } = flags
  if (candidateScores !== undefined && baselineScores !== undefined) {
    if (feature === undefined && candidate === undefined && baseline === undefined)
      return ofScores({ candidateScores, baselineScores }, flags, host)
    throw usage('files of scores are compared by themselves: leave out the feature, --candidate and --baseline')
  }
  if (candidateScores !== undefined || baselineScores !== undefined)
    throw usage('--candidate-scores and --baseline-scores go together')
  if (feature === undefined || baseline === undefined)
    throw usage('give a feature and --baseline, or two files of scores')
  return ofVersions(feature, { ...flags, baseline }, host)
}

async function ofScores(files: ScoreFiles, flags: CompareFlags, host: Host): Promise<number> {
  const startedAt = steadyNow()
  const { conclusion, casesOf } = await compareScores(files, flags, host.cwd())
  const report = reportOfRun({ runId: randomUUID(), startedAt, command: 'compare' }, conclusion)
  await present(report, casesOf, flags, host)
  return report.exitCode
}

async function ofVersions(feature: string, flags: CompareFlags & VersionPlaces, host: Host): Promise<number> {
  const project = await openFeature(feature, flags.suite, host)
  const current = selectFeature(project.prompts, feature)
  requireJudgeable(current)
  requireSuites([current], flags.suite)
  const versions = await versionsAt(flags, current, project, host)
  const findings = findNewDestinations(project, await defaultBase(project, host), flags, host)
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
  sluice compare --candidate-scores a.jsonl --baseline-scores b.jsonl`,
  )
}
